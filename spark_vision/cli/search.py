"""`spark-vision search`: products by words."""

from typing import Annotated

import typer

from spark_vision.cli import console
from spark_vision.cli.filters import Only, parse_filter
from spark_vision.cli.index import AsJson, IndexDir, settings_for
from spark_vision.cli.suggest import suggestion_line


def search(
    text: Annotated[
        str, typer.Argument(help="An id, a title, or what the product is or looks like, such as 'red apple'.")
    ],
    top: Annotated[int, typer.Option(help="How many products.")] = 10,
    only: Only = None,
    index_dir: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Find products by id, title, brand, color, category, GTIN, description and picture.

    Example: spark-vision search "red apple" --top 5
    """
    from spark_vision.app.container import open_shop
    from spark_vision.search.presentation import text_item_dict

    wanted = parse_filter(only)
    shop = open_shop(settings_for(index_dir))
    found = text_item_dict(shop.suggester.search_text(text, top, wanted))
    if as_json:
        head = {"query": text, "index_version": shop.gallery.version, "model": shop.gallery.encoder.model}
        console.print_json({**head, "suggestions": found["suggestions"], "no_match": found["no_match"]})
        return
    for suggestion in found["suggestions"]:
        console.out.print(f"{suggestion_line(suggestion)}  (by {', '.join(suggestion['found_by'])})")
    if found["no_match"] is not None:
        console.out.print(found["no_match"]["detail"])
