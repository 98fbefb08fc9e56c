"""What is known of a query beside its answer: of its right product, of its box, of its picture."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Picture
from spark_vision.core.product import Product
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.encode import ReadPicture
from spark_vision.media.encode import thumbnail

CATEGORY, COLOUR, BOX_SHARE, SHARPNESS, BRIGHTNESS = (
    "category",
    "colour",
    "box share",
    "sharpness",
    "brightness",
)
_SIDE = 256
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601


class MeasuredReads:
    """A ReadPicture that notes the quality of each picture it reads; used by several threads."""

    def __init__(self, read: ReadPicture) -> None:
        self._read = read
        self._found: dict[str, dict[str, float]] = {}

    def __call__(self, query: Query) -> Picture:
        """Read the picture, and measure it."""
        picture = self._read(query)
        self._found[query.key] = picture_quality(picture)
        return picture

    def of(self, query: Query) -> Mapping[str, float]:
        """What was measured; empty where the picture was not read."""
        return self._found.get(query.key, {})


def picture_quality(picture: Picture) -> dict[str, float]:
    """brightness: mean luma, 0..1; sharpness: the Laplacian's standard deviation in luma, from 0 on.

    Both of the picture fitted into 256 pixels, so that large pictures are not sharp by their size
    (Pech-Pacheco et al. 2000 use the variance).
    """
    luma = (thumbnail(picture, _SIDE) @ _LUMA) / 255
    return {BRIGHTNESS: round(float(luma.mean()), 4), SHARPNESS: round(float(_laplacian(luma).std()), 5)}


def _laplacian(luma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the inner pixels; of one alone where the picture is too small to have any."""
    if min(luma.shape) < 3:
        return np.zeros((1, 1))
    sides = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:]
    laplacian: NDArray[np.float64] = sides - 4 * luma[1:-1, 1:-1]
    return laplacian


def query_facts(
    queries: Sequence[Query], products: Mapping[str, Product], quality: Sequence[Mapping[str, float]]
) -> Iterator[dict[str, str | float]]:
    """The facts of each query, in order; what is not known is left out. quality: of each one's picture."""
    for query, measured in zip(queries, quality, strict=True):
        right = [products[each] for each in sorted(query.relevant) if each in products]
        facts: dict[str, str | float] = {**_of_product(right[0] if right else None), **measured}
        if query.box is not None:
            facts[BOX_SHARE] = round(query.box.width * query.box.height, 5)
        yield facts


def _of_product(product: Product | None) -> dict[str, str]:
    if product is None:
        return {}
    held = {CATEGORY: product.product_type, COLOUR: product.color}
    return {name: value for name, value in held.items() if value}
