"""From matches to suggestions: the values that flow through a look-up."""

from dataclasses import dataclass
from typing import Literal

from spark_vision.core.geometry import Box
from spark_vision.core.product import Product
from spark_vision.core.reason import Reason

Fit = Literal["bundled", "self", "labelled", "confirmed"]
"""What probabilities were fitted on: another shop, by who made the model; the shop's own pictures; a labelled
dataset; or decisions of posters.
"""

Source = Literal["asked", "found", "photo"]
"""Where a region comes from."""


@dataclass(frozen=True, slots=True)
class Match:
    """One reference image that resembles the query.

    row: position of the reference image in its index version; similarity: inner product of unit
    vectors, -1..1, bigger is closer; moved: what confirmed photos have added to it, below 0 what
    rejections took.
    """

    row: int
    product_id: str
    reference_image: str
    similarity: float
    moved: float = 0.0


@dataclass(frozen=True, slots=True)
class Variant:
    """Another product of the suggested one's group (another colour, another size) that matched, too."""

    product_id: str
    title: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One product for an item, with the reference image that matched best.

    probability: P(this product is in this region), 0..1; None where nothing was fitted that could tell.
    variants: of the same group, best first; why: what moved the probability, strongest first. found_by:
    in a search by text, the product's fields that matched, and `picture`.
    """

    product: Product
    similarity: float
    reference_image: str
    probability: float | None = None
    variants: tuple[Variant, ...] = ()
    why: tuple[Reason, ...] = ()
    found_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Why an item has no suggestions, or none to be sure of. reason: a stable word.

    `index_empty`, `filtered_out`: there is nothing to suggest; `nothing_alike`: no product is at all
    likely; `below_threshold`: the suggestions are guesses, less sure than the target precision asks.
    """

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Item:
    """One region of a photo with its suggestions, best first; `box` is None for the whole photo.

    source: whether the region was `asked` for, `found` in the photo, or is the whole `photo`;
    calibrated: whether probabilities were fitted for this index version; without that there may be some
    by the fit that came with the model, for another shop. fit: what the fit was made from; None without one.
    """

    box: Box | None
    suggestions: tuple[Suggestion, ...]
    no_match: NoMatch | None = None
    source: Source = "photo"
    calibrated: bool = False
    fit: Fit | None = None

    @property
    def strength(self) -> float:
        """How sure the first suggestion is: its probability, else its similarity; -1 without any."""
        if not self.suggestions:
            return -1.0
        first = self.suggestions[0]
        return first.similarity if first.probability is None else first.probability
