"""`spark-vision learned`: what decisions taught, for whoever runs the service."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from spark_vision.cli import console
from spark_vision.cli.index import AsJson
from spark_vision.cli.users import open_migrated

app = typer.Typer(help="Views that posters' decisions taught.", no_args_is_help=True)
ViewId = Annotated[str, typer.Argument(help="Of `learned list`.", metavar="ID")]


@app.command("list")
def list_learned(
    product: Annotated[str, typer.Option(help="Views of this product alone.", metavar="ID")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="The newest so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the views that stand, and those that the team removed."""
    from spark_vision.feedback.view_recorder import list_views

    with open_migrated() as store:
        found = list_views(store, None, product, None, limit)
    if as_json:
        console.print_json(
            [
                {
                    "id": shown.view.id,
                    "product_id": shown.view.product_id,
                    "stance": shown.view.stance.value,
                    "poster": shown.poster,
                    "post_id": shown.view.post_id,
                    "learned_at": shown.view.learned_at.isoformat(),
                    "removed_at": shown.view.removed_at and shown.view.removed_at.isoformat(),
                }
                for shown in found
            ]
        )
        return
    table = console.table("id", "product", "stance", "poster", "learned", "removed")
    for shown in found:
        view = shown.view
        gone = "" if view.removed_at is None else f"{view.removed_at:%Y-%m-%d %H:%M}"
        learned = f"{view.learned_at:%Y-%m-%d %H:%M}"
        table.add_row(view.id, view.product_id, view.stance.value, shown.poster, learned, gone)
    console.out.print(table)


@app.command()
def remove(view_id: ViewId) -> None:
    """Take a view out of suggestions."""
    from spark_vision.feedback.view_recorder import remove_view

    with open_migrated() as store:
        view = remove_view(store, None, view_id, None, datetime.now(UTC))
    console.out.print(f"The view of {view.product_id} no longer counts.")


@app.command()
def restore(view_id: ViewId) -> None:
    """Put a removed view back."""
    from spark_vision.feedback.view_recorder import restore_view

    with open_migrated() as store:
        view = restore_view(store, None, view_id, None)
    console.out.print(f"The view of {view.product_id} counts again.")
