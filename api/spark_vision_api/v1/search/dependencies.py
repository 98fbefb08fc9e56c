"""A look-up from bytes or words to an answer: plain functions for a thread, on one version each."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from math import ceil
from time import perf_counter
from typing import Any

from spark_vision.core.product_filter import ProductFilter
from spark_vision.core.suggestion import Item
from spark_vision.media.decode import OpenedPicture, open_picture
from spark_vision.media.limits import PictureLimits
from spark_vision.media.sanitise import MAX_SIDE
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.search.presentation import item_dict, text_item_dict
from spark_vision.search.suggester import Timings
from spark_vision_api.http.metrics import Metrics
from spark_vision_api.http.photo_request import PhotoRequest
from spark_vision_api.http.pixel_budget import PixelBudget
from spark_vision_api.v1.products.schemas import product_card
from spark_vision_api.v1.search.schemas import PhotoSearch, ProductSearch

# Of a photo's side: the regions that are found, or that a tap means, are no smaller.
_SMALLEST_FOUND = 1 / 8


@dataclass(frozen=True)
class SearchDependencies:
    """What photos are looked up with. open_shop: gives the shop as who asks sees it, with what was learned
    till then; pixels: room for the photos that are being worked on.
    """

    open_shop: Callable[[], LoadedIndex]
    limits: PictureLimits
    pixels: PixelBudget
    metrics: Metrics


def look_up_photo(desk: SearchDependencies, read: Callable[[], PhotoRequest], asked: float) -> PhotoSearch:
    """Read a request, decode its photo and suggest products.

    asked: perf_counter() when the body had arrived; what passed since then was spent waiting.
    Raises what reading does, PictureError's children, InvalidInputError and OverloadedError.
    """
    timings = Timings({"wait": perf_counter() - asked})
    with timings.stage("read"):
        request = read()
    with timings.stage("learned"):
        shop = desk.open_shop()
    items = _items(desk, shop, request, timings)
    seconds = {**timings.seconds, "total": perf_counter() - asked}
    desk.metrics.looked_up(items, seconds)
    return PhotoSearch.model_validate(
        {
            "index_version": shop.gallery.version,
            "model": shop.gallery.encoder.model,
            "items": [item_dict(item) for item in items],
            "products": _cards(items),
            "timings": {stage: round(value, 6) for stage, value in seconds.items()},
        }
    )


def _items(
    desk: SearchDependencies, shop: LoadedIndex, request: PhotoRequest, timings: Timings
) -> tuple[Item, ...]:
    with timings.stage("decode"):
        opened = open_picture(request.photo, desk.limits, at_least=_side_for(request, shop))
    with ExitStack() as held:
        with timings.stage("wait"):
            held.enter_context(desk.pixels.hold(opened.cost))
        return _suggested(opened, shop, request, timings)


def _suggested(
    opened: OpenedPicture, shop: LoadedIndex, request: PhotoRequest, timings: Timings
) -> tuple[Item, ...]:
    """A function of its own, so that the pixels are gone before their room is given to others."""
    with timings.stage("decode"):
        photo = opened.picture()
    asked = (request.boxes, request.top, timings, request.wanted, request.extra)
    return shop.suggester.suggest(photo, *asked)


def _side_for(request: PhotoRequest, shop: LoadedIndex) -> int:
    """The pixels of the shorter side with which nothing is lost: the smallest region keeps as many of them as
    the model looks at, the whole photo as many as those of posts have.
    """
    smallest = min((_SMALLEST_FOUND, *(min(box.width, box.height) for box in request.boxes)))
    wanted = shop.suggester.encoder.spec.preprocessing
    return max(MAX_SIDE, ceil(max(wanted.height, wanted.width) / smallest))


def look_up_text(
    shop: LoadedIndex, text: str, top: int, wanted: ProductFilter, metrics: Metrics
) -> ProductSearch:
    """Search by words; raises InvalidInputError where there are none."""
    timings = Timings()
    with timings.stage("text"):
        item = shop.suggester.search_text(text, top, wanted)
    metrics.looked_up((item,), timings.seconds)
    found = text_item_dict(item)
    return ProductSearch.model_validate(
        {
            "query": text,
            "index_version": shop.gallery.version,
            "model": shop.gallery.encoder.model,
            "suggestions": found["suggestions"],
            "products": _cards([item]),
            "no_match": found["no_match"],
        }
    )


def _cards(items: Iterable[Item]) -> dict[str, Any]:
    products = {held.product.id: held.product for item in items for held in item.suggestions}
    return {product_id: product_card(product) for product_id, product in products.items()}
