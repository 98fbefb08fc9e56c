"""What decisions teach: views of products that posters confirmed or rejected, and which of them count."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from spark_vision.core.decision import Decision, DecisionKind, RejectReason
from spark_vision.core.errors import ConflictError
from spark_vision.core.geometry import Box


class Polarity(StrEnum):
    """What was said of a product where the view is."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class LearnedView:
    """A region of a posted photo that somebody said is, or is not, a product.

    id: of the decision that made it; poster_id: who decided; photo_digest: of the post's photo; box: None
    for the whole photo. withdrawn_at: the decision was taken back, or the post removed; removed_at,
    removed_by: the catalogue team took it out. version: rises with each change. shared: whether it may count
    for others: its post is published, and its poster's account is in good standing. established: whether the
    account was no longer new when it decided.
    """

    id: str
    product_id: str
    poster_id: str
    post_id: str
    photo_digest: str
    box: Box | None
    stance: Polarity
    learned_at: datetime
    withdrawn_at: datetime | None = None
    removed_at: datetime | None = None
    removed_by: str | None = None
    version: int = 1
    shared: bool = True
    established: bool = True

    @property
    def stands(self) -> bool:
        """Whether it is neither withdrawn nor removed."""
        return self.withdrawn_at is None and self.removed_at is None


@dataclass(frozen=True, slots=True)
class LearningLimits:
    """How far learned views are let in.

    per_look: views of one product by one poster that count, the newest; per_product: of one product in all,
    spread over posters; per_poster: of one poster in all. within: a view counts for everybody at once where
    the catalogue alone has its product among so many first ones, else when a second poster agrees.
    same_look: the cosine from which on a photo is taken for the same look as a rejected one.
    """

    per_look: int = 5
    per_product: int = 50
    per_poster: int = 1000
    within: int = 10
    same_look: float = 0.95


_STANCES = {
    DecisionKind.CONFIRMED: Polarity.CONFIRMED,
    DecisionKind.BY_HAND: Polarity.CONFIRMED,
    DecisionKind.REJECTED: Polarity.REJECTED,
}


def view_of(decision: Decision, photo_digest: str) -> LearnedView | None:
    """What a decision teaches; None where it is nothing: `not_wanted` says nothing against the match."""
    stance = _STANCES.get(decision.kind)
    if stance is None or decision.reason == RejectReason.NOT_WANTED:
        return None
    return LearnedView(
        id=decision.id,
        product_id=decision.product_id,
        poster_id=decision.account_id,
        post_id=decision.post_id,
        photo_digest=photo_digest,
        box=decision.region,
        stance=stance,
        learned_at=decision.at,
    )


def removed(view: LearnedView, by: str | None, at: datetime) -> LearnedView:
    """The view taken out; one that is out already stays as it is.

    Raises ConflictError where it is withdrawn.
    """
    _check_held(view)
    return view if view.removed_at is not None else replace(view, removed_at=at, removed_by=by)


def restored(view: LearnedView) -> LearnedView:
    """The view put back in; raises ConflictError where it is withdrawn."""
    _check_held(view)
    return replace(view, removed_at=None, removed_by=None)


def within_quota(views: Iterable[LearnedView], limits: LearningLimits) -> list[LearnedView]:
    """The standing views within the limits, by product, stance and id.

    Says nothing of order or history: what is taken back leaves no trace, and whom a limit kept out comes in.
    """
    newest = sorted((view for view in views if view.stands), key=lambda view: view.id)
    newest.sort(key=lambda view: view.learned_at, reverse=True)
    own: dict[str, int] = defaultdict(int)
    alike: dict[tuple[str, str, Polarity], int] = defaultdict(int)
    of_product: dict[tuple[str, Polarity], list[tuple[int, LearnedView]]] = defaultdict(list)
    for view in newest:
        same = (view.poster_id, view.product_id, view.stance)
        if own[view.poster_id] < limits.per_poster and alike[same] < limits.per_look:
            of_product[view.product_id, view.stance].append((alike[same], view))
            own[view.poster_id] += 1
            alike[same] += 1
    chosen = []
    for _, ranked in sorted(of_product.items()):
        # Everybody's newest first, then everybody's second: nobody fills the list alone.
        ranked.sort(key=lambda pair: pair[0])
        chosen += sorted((view for _, view in ranked[: limits.per_product]), key=lambda view: view.id)
    return chosen


def _check_held(view: LearnedView) -> None:
    if view.withdrawn_at is not None:
        raise ConflictError("The poster took this decision back; there is no view to remove or restore.")
