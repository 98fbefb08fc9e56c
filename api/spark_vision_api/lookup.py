"""A look-up from bytes or words to an answer: plain functions for a thread, on one version each."""

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from spark_vision.bootstrap import Shop
from spark_vision.domain.product_filter import ProductFilter
from spark_vision.domain.suggestion import Item
from spark_vision.imaging.decode import decode
from spark_vision.imaging.limits import PictureLimits
from spark_vision.suggestion.present import item_dict
from spark_vision.suggestion.suggest import Timings
from spark_vision_api.metrics import Metrics
from spark_vision_api.photo_request import PhotoRequest
from spark_vision_api.schemas.products import product_card
from spark_vision_api.schemas.search import PhotoSearch, ProductSearch


def look_up_photo(
    open_shop: Callable[[], Shop],
    limits: PictureLimits,
    read: Callable[[], PhotoRequest],
    asked: float,
    metrics: Metrics,
) -> PhotoSearch:
    """Read a request, decode its photo and suggest products.

    open_shop: gives the shop as who asks sees it, with what was learned till then.
    asked: perf_counter() when the body had arrived; what passed since then was spent waiting.
    Raises what reading does, PictureError's children and InvalidInputError.
    """
    start = perf_counter()
    timings = Timings({"wait": start - asked})
    with timings.stage("read"):
        request = read()
    with timings.stage("decode"):
        photo = decode(request.photo, limits)
    with timings.stage("learned"):
        shop = open_shop()
    items = shop.suggester.suggest(photo, request.boxes, request.top, timings, request.wanted, request.extra)
    seconds = {**timings.seconds, "total": perf_counter() - asked}
    metrics.looked_up(items, seconds)
    return PhotoSearch.model_validate(
        {
            "index_version": shop.gallery.version,
            "model": shop.gallery.encoder.model,
            "items": [item_dict(item) for item in items],
            "products": _cards(items),
            "timings": {stage: round(value, 6) for stage, value in seconds.items()},
        }
    )


def look_up_text(shop: Shop, text: str, top: int, wanted: ProductFilter, metrics: Metrics) -> ProductSearch:
    """Search by words; raises InvalidInputError where there are none."""
    timings = Timings()
    with timings.stage("text"):
        item = shop.suggester.search_text(text, top, wanted)
    metrics.looked_up((item,), timings.seconds)
    found = item_dict(item)
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
