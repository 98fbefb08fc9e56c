"""Decisions: what was said of a product in a post, by whom and on what grounds. They are never changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from spark_vision.core.geometry import Box

if TYPE_CHECKING:
    from spark_vision.core.geometry import Point


class DecisionKind(StrEnum):
    """What was decided. withdrawn: an earlier decision no longer holds; moved: a tag has another place."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    BY_HAND = "by_hand"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"


class RejectReason(StrEnum):
    """Why a suggestion was rejected; `not_wanted` says nothing against the match."""

    NOT_IN_PHOTO = "not_in_photo"
    WRONG_VARIANT = "wrong_variant"
    NOT_WANTED = "not_wanted"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SuggestionSnapshot:
    """The suggestion as it was shown when the decision was made.

    probability: 0..1 or None; similarity: -1..1; box: the region, None for the whole photo.
    """

    suggestion_id: str
    probability: float | None
    similarity: float
    index_version: str
    model: str
    box: Box | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the audit log.

    evidence: None for what was tagged by hand; point and box: the tag's, where there is one;
    index_version: the one that was live; withdraws: the id of the decision that no longer holds.
    """

    id: str
    at: datetime
    account_id: str
    post_id: str
    product_id: str
    kind: DecisionKind
    evidence: SuggestionSnapshot | None = None
    point: "Point | None" = None
    box: Box | None = None
    reason: str = ""
    withdraws: str | None = None

    @property
    def region(self) -> Box | None:
        """What it is about: the tag's own box, else where the suggestion was shown; None: the whole photo."""
        return self.box or (None if self.evidence is None else self.evidence.box)
