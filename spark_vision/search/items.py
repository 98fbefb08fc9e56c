"""From a region's ranked matches to an item: variants, probabilities, and silence when unsure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from spark_vision.core.geometry import Box, iou
from spark_vision.core.product import Product
from spark_vision.core.product_filter import ProductFilter
from spark_vision.core.reason import learned_reason
from spark_vision.core.suggestion import Item, Match, NoMatch, Source, Suggestion, Variant
from spark_vision.search.features import candidate_features
from spark_vision.search.query import SuggestionPolicy

DEPTH = 20
"""Products that are ranked at least: what is not suggested tells how crowded the shop is around it."""

_CLEARLY = 0.02
_SAME = 0.6  # of two things of one product that stand close, one would be lost with less


@dataclass(frozen=True)
class Region:
    """A part of the photo that is looked up; box: None for the whole."""

    box: Box | None
    source: Source


@dataclass(frozen=True)
class ItemBuilder:
    """Makes items. product: of an id; wanted: the filter that the matches were found with;
    calibrated: False where similarities are of something that no fit knows, such as words.
    """

    product: Callable[[str], Product]
    judgement: SuggestionPolicy
    wanted: ProductFilter
    top: int
    calibrated: bool = True

    def item(self, region: Region, matches: Sequence[Match]) -> Item:
        """The first products of a region, with variants and probabilities as far as there are any: of the
        first twenty, among which a fit chooses.
        """
        if not matches:
            return Item(region.box, (), self._nothing(), region.source)
        suggestions = self._suggestions(matches)
        calibration = self.judgement.calibration if self.calibrated else None
        if calibration is None:
            return Item(region.box, suggestions, None, region.source)
        similarities = [match.similarity for match in matches[:DEPTH]]
        rows = candidate_features(similarities, region.box, found=region.source == "found")
        likely = calibration.probabilities(rows)
        judged = (
            tuple(
                replace(held, probability=float(p), why=(*held.why, *calibration.reasons(row)))
                for held, p, row in zip(suggestions, likely, rows, strict=False)
            )
            + suggestions[len(rows) :]
        )
        item = Item(region.box, judged, None, region.source, self.judgement.own, self.judgement.fit)
        return self._settled(item, float(likely.sum()))

    def _settled(self, item: Item, anything: float) -> Item:
        """The item as it is, as guesses, or without suggestions where none is at all likely.

        anything: P(anything of the shop is here); of near-twins each may be unlikely, and both together sure.
        """
        calibration, target = self.judgement.calibration, self.judgement.precision
        if calibration is None:
            return item
        best = max((held.probability or 0.0) for held in item.suggestions)
        if anything < calibration.likely:
            detail = f"Nothing of the shop is likely here: all products together at {anything:.0%}."
            return replace(item, suggestions=(), no_match=NoMatch("nothing_alike", detail))
        least = calibration.threshold(target)
        if best < least:
            detail = (
                f"Guesses: the first at {best:.0%}, where a precision of {target:.0%} asks for {least:.0%}."
            )
            return replace(item, no_match=NoMatch("below_threshold", detail))
        return item

    def _suggestions(self, matches: Sequence[Match]) -> tuple[Suggestion, ...]:
        shown = [(self.product(match.product_id), match) for match in matches[: self.top]]
        groups = {product.item_group_id for product, _ in shown} - {""}
        others = [(self.product(match.product_id), match) for match in matches[self.top : DEPTH] if groups]
        return tuple(
            Suggestion(
                product,
                match.similarity,
                match.reference_image,
                variants=_variants(product, others),
                why=learned_reason(match.moved),
            )
            for product, match in shown
        )

    def _nothing(self) -> NoMatch:
        if self.wanted.is_empty:
            return NoMatch("index_empty", "There is no product in the index.")
        return NoMatch("filtered_out", "No product in the index is what the filter asks for.")


def _variants(product: Product, others: Sequence[tuple[Product, Match]]) -> tuple[Variant, ...]:
    """Products of the same group that matched too, but are not suggested themselves."""
    return tuple(
        Variant(other.id, other.title, match.similarity)
        for other, match in others
        if product.item_group_id and other.item_group_id == product.item_group_id
    )


def filter_found_items(found: Sequence[Item], whole: Item) -> list[Item]:
    """The found regions that say more than the whole photo does, best first.

    With probabilities: those in which something is likely. Without: those that resemble the catalogue
    clearly more than the photo as a whole. Of overlapping ones with the same first product one is kept.
    """
    kept: list[Item] = []
    for item in sorted(found, key=lambda item: item.strength, reverse=True):
        if not item.suggestions or not (_is_judged(item) or item.strength >= whole.strength + _CLEARLY):
            continue
        if not any(_agree(item, other) for other in kept):
            kept.append(item)
    return kept


def _is_judged(item: Item) -> bool:
    return item.suggestions[0].probability is not None


def _agree(one: Item, other: Item) -> bool:
    same = one.suggestions[0].product.id == other.suggestions[0].product.id
    return same and one.box is not None and other.box is not None and iou(one.box, other.box) > _SAME
