"""`spark-vision suggest`: the products in photos."""

import sys
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spark_vision.app.settings import Settings
from spark_vision.cli import console
from spark_vision.cli.filters import Only, parse_filter
from spark_vision.cli.index import AsJson, IndexDir, settings_for
from spark_vision.core.embedding import Picture
from spark_vision.core.errors import InvalidInputError, PictureError, StoreError
from spark_vision.core.geometry import Box, Point
from spark_vision.core.product_filter import ProductFilter
from spark_vision.core.suggestion import Item

if TYPE_CHECKING:
    from spark_vision.search.loaded_index import LoadedIndex
    from spark_vision.search.query import SearchOptions


@dataclass(frozen=True)
class _Wanted:
    """What the options ask for, the same for every photo."""

    boxes: list[Box]
    extra: "SearchOptions"
    top: int
    products: ProductFilter
    settings: Settings


@dataclass(frozen=True)
class _Answer:
    """A photo with its items and the seconds of each stage."""

    photo: Picture
    items: tuple[Item, ...]
    timings: dict[str, float]


def suggest(
    photos: Annotated[list[Path], typer.Argument(help="Photos to look at.", metavar="PHOTO...")],
    box: Annotated[
        list[str] | None, typer.Option(help="A region, in shares of the photo.", metavar="X,Y,W,H")
    ] = None,
    point: Annotated[
        list[str] | None,
        typer.Option(help="Where somebody tapped: the thing there is looked up.", metavar="X,Y"),
    ] = None,
    words: Annotated[str, typer.Option(help="What is meant, such as 'the bag'.")] = "",
    find: Annotated[
        bool | None,
        typer.Option("--find/--whole", help="Look for things in the photo, or at the whole of it alone."),
    ] = None,
    top: Annotated[int, typer.Option(help="Suggestions an item.")] = 5,
    only: Only = None,
    index_dir: IndexDir = None,
    as_json: AsJson = False,
    annotate: Annotated[
        Path | None,
        typer.Option(help="A PNG to write, or a folder for several.", metavar="OUT.png"),
    ] = None,
) -> None:
    """Suggest the shop's products for one photo or many."""
    from spark_vision.app.container import open_shop
    from spark_vision.search.query import SearchOptions

    boxes, products = [Box.parse(text) for text in box or []], parse_filter(only)
    extra = SearchOptions(tuple(Point.parse(text) for text in point or []), words, find)
    settings = settings_for(index_dir)
    targets = _targets(photos, annotate)
    shop = _learned(open_shop(settings), settings)
    wanted = _Wanted(boxes, extra, top, products, settings)
    documents = [_one(shop, photo, wanted, target) for photo, target in zip(photos, targets, strict=True)]
    failed = [document["error"]["detail"] for document in documents if "error" in document]
    if failed and len(photos) == 1:
        raise PictureError(failed[0])
    if as_json:
        console.print_json(documents[0] if len(photos) == 1 else documents)
    else:
        for document in documents:
            _print(document)
    if failed:
        sys.exit(2)


def _learned(shop: "LoadedIndex", settings: Settings) -> "LoadedIndex":
    """Lay the learned views of the store over a shop; a look-up goes on without a store that answers."""
    from spark_vision.database.standing_views import may_have_learned_views

    if not may_have_learned_views(settings.store_url):
        return shop
    from spark_vision.app.learning import learning_of

    try:
        learning = learning_of(settings)
    except StoreError as error:
        console.print_error(f"Without what was learned: {error.message}")
        return shop
    if learning is None:
        return shop
    learning.catch_up(shop)
    return learning.seen_by(shop, None)


def _targets(photos: list[Path], annotate: Path | None) -> list[Path | None]:
    """Where each annotated photo goes; photos of one name in several folders do not overwrite."""
    from spark_vision.media.files import is_picture_name

    if annotate is None:
        return [None] * len(photos)
    is_png = annotate.suffix.lower() == ".png" and not annotate.is_dir()
    if is_png and len(photos) == 1:
        return [annotate]
    if is_png:
        raise InvalidInputError(f"{annotate}: several photos want a folder to be annotated in.")
    if annotate.is_file() or (not annotate.is_dir() and is_picture_name(annotate)):
        raise InvalidInputError(f"{annotate}: annotated photos are PNGs; name an OUT.png, or a folder.")
    names: list[str] = []
    for photo in photos:
        numbered = (f"{photo.stem}-{number}.png" for number in count(2))
        names.append(next(name for name in chain([f"{photo.stem}.png"], numbered) if name not in names))
    return [annotate / name for name in names]


def _one(shop: "LoadedIndex", path: Path, wanted: _Wanted, target: Path | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "photo": str(path),
        "index_version": shop.gallery.version,
        "model": shop.gallery.encoder.model,
    }
    try:
        answer = _answer(shop, path, wanted)
    except PictureError as error:
        return {**document, "error": {"type": error.code, "detail": error.message}}
    from spark_vision.search.presentation import annotated, item_dict

    if target is not None:
        sheet = annotated(answer.photo, answer.items, shop.pictures)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            sheet.save(target)
        except OSError as error:
            raise InvalidInputError(f"{target}: cannot be written ({error.strerror or error}).") from error
    timings = {stage: round(seconds, 6) for stage, seconds in answer.timings.items()}
    return {**document, "items": [item_dict(item) for item in answer.items], "timings": timings}


def _answer(shop: "LoadedIndex", path: Path, wanted: _Wanted) -> _Answer:
    from spark_vision.media.files import read_picture
    from spark_vision.search.suggester import Timings

    start = perf_counter()
    timings = Timings()
    with timings.stage("decode"):
        photo = read_picture(path, wanted.settings.picture_limits)
    items = shop.suggester.suggest(photo, wanted.boxes, wanted.top, timings, wanted.products, wanted.extra)
    return _Answer(photo, items, {**timings.seconds, "total": perf_counter() - start})


def _print(document: dict[str, Any]) -> None:
    console.out.print(document["photo"], style="bold", markup=False)
    if "error" in document:
        console.print_error(document["error"]["detail"])
        return
    for item in document["items"]:
        box = item["box"]
        where = "whole photo" if box is None else "box {x:g},{y:g},{width:g},{height:g}".format(**box)
        console.out.print(f"  {where}", markup=False)
        if item["no_match"] is not None:
            console.out.print(f"    {item['no_match']['detail']}", markup=False)
        for suggestion in item["suggestions"]:
            console.out.print("    " + suggestion_line(suggestion), markup=False)


def suggestion_line(suggestion: dict[str, Any]) -> str:
    """A suggestion as a line of text: how sure, what, and which picture of it."""
    probability = suggestion["probability"]
    sure = "    " if probability is None else f"{probability:4.0%}"
    return (
        f"{sure} {suggestion['similarity']:.3f}  {suggestion['product_id']}  {suggestion['title']}"
        f"  ({suggestion['reference_image']})"
    )
