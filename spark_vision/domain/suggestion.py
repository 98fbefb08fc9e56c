"""From matches to suggestions: the values that flow through a look-up."""

from dataclasses import dataclass

from spark_vision.domain.box import Box
from spark_vision.domain.catalogue import Product


@dataclass(frozen=True, slots=True)
class Match:
    """One reference image that resembles the query.

    row: position of the reference image in its index version; similarity: inner product of unit
    vectors, -1..1, bigger is closer.
    """

    row: int
    product_id: str
    reference_image: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One product for an item, with the reference image that matched best.

    probability: P(this product is in this region), 0..1; None where nothing was fitted that could tell.
    """

    product: Product
    similarity: float
    reference_image: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Why an item has no suggestions. reason: a stable word such as `index_empty`."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Item:
    """One region of a photo with its suggestions, best first; `box` is None for the whole photo."""

    box: Box | None
    suggestions: tuple[Suggestion, ...]
    no_match: NoMatch | None = None
