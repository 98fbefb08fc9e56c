"""Tags: how a product of a post comes to be tagged, rejected, and left open again.

What is decided is decided for a product in a post: a post shows a product once, wherever it was suggested.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from spark_vision.core.decision import DecisionKind
from spark_vision.core.errors import ConflictError, NotFoundError
from spark_vision.core.geometry import Box, Point


class TagState(StrEnum):
    """What was decided of a product in a post."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    BY_HAND = "by_hand"
    REJECTED = "rejected"


class TagAction(StrEnum):
    """What may be asked for a product in a post.

    confirm: tag what was suggested; tag: tag by hand, or move the tag that is there; untag: take the tag
    away; reject: say no to what was suggested; unreject: take that back.
    """

    CONFIRM = "confirm"
    TAG = "tag"
    UNTAG = "untag"
    REJECT = "reject"
    UNREJECT = "unreject"


@dataclass(frozen=True, slots=True)
class Transition:
    """Where an act leads, and the decisions that it leaves in the log, in their order."""

    standing: TagState
    decisions: tuple[DecisionKind, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A product's place in a post. suggestion_id: None where it was tagged by hand.

    decision_id: the decision that made it.
    """

    id: str
    post_id: str
    product_id: str
    point: Point
    box: Box | None
    suggestion_id: str | None
    decision_id: str
    tagged_at: datetime

    @property
    def standing(self) -> TagState:
        """Confirmed where it was suggested, else by hand."""
        return TagState.BY_HAND if self.suggestion_id is None else TagState.CONFIRMED


@dataclass(frozen=True, slots=True)
class Rejection:
    """A product that was suggested for a post and is not to be tagged."""

    post_id: str
    product_id: str
    suggestion_id: str
    reason: str
    decision_id: str
    rejected_at: datetime


_CONFIRMED, _BY_HAND = DecisionKind.CONFIRMED, DecisionKind.BY_HAND
_MOVED, _REJECTED, _WITHDRAWN = DecisionKind.MOVED, DecisionKind.REJECTED, DecisionKind.WITHDRAWN
_STEPS: dict[tuple[TagState, TagAction], Transition] = {
    (TagState.OPEN, TagAction.CONFIRM): Transition(TagState.CONFIRMED, (_CONFIRMED,)),
    (TagState.OPEN, TagAction.TAG): Transition(TagState.BY_HAND, (_BY_HAND,)),
    (TagState.OPEN, TagAction.REJECT): Transition(TagState.REJECTED, (_REJECTED,)),
    (TagState.CONFIRMED, TagAction.CONFIRM): Transition(TagState.CONFIRMED, (_MOVED,)),
    (TagState.CONFIRMED, TagAction.TAG): Transition(TagState.CONFIRMED, (_MOVED,)),
    (TagState.CONFIRMED, TagAction.UNTAG): Transition(TagState.OPEN, (_WITHDRAWN,)),
    (TagState.BY_HAND, TagAction.CONFIRM): Transition(TagState.CONFIRMED, (_WITHDRAWN, _CONFIRMED)),
    (TagState.BY_HAND, TagAction.TAG): Transition(TagState.BY_HAND, (_MOVED,)),
    (TagState.BY_HAND, TagAction.UNTAG): Transition(TagState.OPEN, (_WITHDRAWN,)),
    (TagState.REJECTED, TagAction.CONFIRM): Transition(TagState.CONFIRMED, (_WITHDRAWN, _CONFIRMED)),
    (TagState.REJECTED, TagAction.TAG): Transition(TagState.BY_HAND, (_WITHDRAWN, _BY_HAND)),
    (TagState.REJECTED, TagAction.REJECT): Transition(TagState.REJECTED, ()),
    (TagState.REJECTED, TagAction.UNREJECT): Transition(TagState.OPEN, (_WITHDRAWN,)),
}


def transition(standing: TagState, act: TagAction) -> Transition:
    """What an act leads to; raises NotFoundError where there is nothing to take back, else ConflictError."""
    found = _STEPS.get((standing, act))
    if found is not None:
        return found
    if act is TagAction.UNTAG:
        raise NotFoundError("The post has no tag of this product.")
    if act is TagAction.UNREJECT:
        raise NotFoundError("This suggestion is not rejected.")
    raise ConflictError("The product is tagged in this post; take the tag away before you reject it.")
