"""What a look-up is asked, and what it may use to answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from spark_vision.core.errors import InvalidInputError
from spark_vision.core.geometry import Box, Point
from spark_vision.core.suggestion import Fit
from spark_vision.search.calibration import Calibration
from spark_vision.search.regions.proposer import RegionProposer

MAX_TOP = 100
MAX_BOXES = 50
MAX_WORDS = 200


@dataclass(frozen=True)
class SearchOptions:
    """What may be asked beside boxes. points: where somebody tapped; words: what is meant, such as "the
    bag"; find: whether regions are looked for where neither boxes nor points were given, None: as is set.
    """

    points: tuple[Point, ...] = ()
    words: str = ""
    find: bool | None = None


DEFAULT_OPTIONS = SearchOptions()


@dataclass(frozen=True)
class SuggestionPolicy:
    """How regions are found and matches judged; all of it may be missing.

    own: whether the calibration was fitted for the index version, and did not come with its model;
    find: whether regions are looked for where nobody says; most: how many; precision: that first
    suggestions without a `no_match` should have.
    """

    proposer: RegionProposer | None = None
    calibration: Calibration | None = None
    own: bool = True
    most: int = 4
    precision: float = 0.9
    find: bool = True

    @property
    def fit(self) -> Fit | None:
        """What probabilities were fitted on; None where nothing was fitted."""
        if self.calibration is None:
            return None
        return self.calibration.kind if self.own else "bundled"


UNCALIBRATED = SuggestionPolicy()
"""Only what is asked, only similarities."""


def check_bounds(top: int, boxes: Sequence[Box], extra: SearchOptions = DEFAULT_OPTIONS) -> None:
    """Raise InvalidInputError where more is asked than is answered."""
    if not 1 <= top <= MAX_TOP:
        raise InvalidInputError(f"top is {top}; it lies in 1..{MAX_TOP}.")
    regions = len(boxes) + len(extra.points)
    if regions > MAX_BOXES:
        raise InvalidInputError(f"There are {regions} boxes and points; a photo may have {MAX_BOXES}.")
    if len(extra.words) > MAX_WORDS:
        raise InvalidInputError(f"There are {len(extra.words)} characters of words; {MAX_WORDS} are read.")
