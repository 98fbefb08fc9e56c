"""Why a product is likely to be in a region, or not."""

from dataclasses import dataclass

DESCRIPTIONS = {
    "looks_very_alike": "looks very alike",
    "looks_a_little_alike": "looks only a little alike",
    "well_ahead": "well ahead of the next product",
    "another_as_close": "another product is about as close",
    "close_behind": "close behind the first",
    "far_behind": "far behind the first",
    "closest": "the closest product",
    "another_closer": "another product is closer",
    "stands_out": "stands out from the other products",
    "many_alike": "many products look much the same",
    "region_large_enough": "the region is large enough to tell",
    "region_size_against": "the region's size speaks against it",
    "place_known": "where to look is no guess",
    "place_guessed": "where to look is a guess",
    "poster_confirmed": "like a photo that a poster confirmed",
    "poster_said_no": "a poster said no to this for such a photo",
}
"""Every code with its words in English. Others go by the codes: they stay, the words may change."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What moved a probability. code: one of WORDS; effect: in log-odds, above 0 where it speaks for the
    product; 0 for what tells where the similarity comes from.
    """

    code: str
    effect: float

    @property
    def words(self) -> str:
        """It in English."""
        return DESCRIPTIONS[self.code]


_WORTH_SAYING = 0.005


def learned_reason(moved: float) -> tuple[Reason, ...]:
    """What decisions have to do with a similarity. The photo itself is not shown: it may be a
    draft's.
    """
    if abs(moved) < _WORTH_SAYING:
        return ()
    return (Reason("poster_confirmed" if moved > 0 else "poster_said_no", 0.0),)
