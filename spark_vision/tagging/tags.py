"""Decisions on a post's products: each changes what stands, and leaves its line in the log."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from spark_vision.core.account import Actor
from spark_vision.core.decision import Decision, DecisionKind, RejectReason, SuggestionSnapshot
from spark_vision.core.errors import InvalidInputError, NotFoundError, TooManyTagsError
from spark_vision.core.geometry import Box, Point
from spark_vision.core.post import MAX_TAGS, Post
from spark_vision.core.tag import Rejection, Tag, TagAction, TagState, transition
from spark_vision.database.store import UnitOfWork
from spark_vision.tagging.context import ExpectedVersions, TaggingContext, get_own_post_for_update


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """Who asks for what: the post, the versions that it may have, and when."""

    actor: Actor
    post_id: str
    versions: ExpectedVersions
    now: datetime


@dataclass(frozen=True, slots=True)
class TagPlacement:
    """Where a tag is to sit. suggestion_id: of what it confirms; None to tag by hand, or to move.

    box: the region that the tag is about; without, a confirmed tag has its suggestion's.
    """

    point: Point
    suggestion_id: str | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class TagResult:
    """A tag as it is now, with its post; kinds: the decisions that it took, none where it was so already."""

    post: Post
    tag: Tag
    kinds: tuple[DecisionKind, ...]


def put_tag(
    room: TaggingContext, ask: ChangeRequest, product_id: str, place: TagPlacement, *, on_shelf: bool
) -> TagResult:
    """Tag a product in a post, or move its tag. on_shelf: whether the live index has the product.

    Raises what `taken` does; NotFoundError where the product or suggestion is not there,
    InvalidInputError where the suggestion is of another product, TooManyTagsError.
    """
    with room.store.writing() as work:
        desk = _TagEditor(room, work, ask, product_id)
        tag = desk.tag
        if tag is None and not on_shelf:
            raise NotFoundError("The shop has no such product now; only what it has can be tagged.")
        if tag is None and len(work.tags.of(ask.post_id)) >= MAX_TAGS:
            raise TooManyTagsError(f"The post has {MAX_TAGS} tags, which is as many as it may have.")
        return desk.place(place)


def remove_tag(room: TaggingContext, ask: ChangeRequest, product_id: str) -> Post:
    """Take a tag away; raises what `taken` does, and NotFoundError where there is none."""
    with room.store.writing() as work:
        desk = _TagEditor(room, work, ask, product_id)
        transition(desk.standing, TagAction.UNTAG)
        desk.withdraw()
        return work.posts.save(desk.post)


def reject(
    room: TaggingContext, ask: ChangeRequest, suggestion_id: str, reason: RejectReason
) -> tuple[Post, Rejection, bool]:
    """Say no to a suggestion; the bool tells whether it is new.

    Raises what `taken` does, NotFoundError, and ConflictError where the product is tagged.
    """
    with room.store.writing() as work:
        product_id, evidence = _suggestion(work, ask, suggestion_id)
        desk = _TagEditor(room, work, ask, product_id)
        taken_step = transition(desk.standing, TagAction.REJECT)
        if not taken_step.decisions and desk.rejection is not None:
            return desk.post, desk.rejection, False
        decision = replace(desk.line(DecisionKind.REJECTED), evidence=evidence, reason=reason.value)
        desk.decide(decision)
        rejection = Rejection(ask.post_id, product_id, suggestion_id, reason.value, decision.id, ask.now)
        work.tags.reject(rejection)
        return work.posts.save(desk.post), rejection, True


def unreject(room: TaggingContext, ask: ChangeRequest, suggestion_id: str) -> Post:
    """Take a rejection back; raises what `taken` does, and NotFoundError where there is none."""
    with room.store.writing() as work:
        post = get_own_post_for_update(work, ask.post_id, ask.actor, ask.versions)
        held = next((r for r in work.tags.rejections(post.id) if r.suggestion_id == suggestion_id), None)
        product_id = held.product_id if held is not None else _suggestion(work, ask, suggestion_id)[0]
        desk = _TagEditor(room, work, ask, product_id)
        transition(desk.standing, TagAction.UNREJECT)
        desk.withdraw()
        return work.posts.save(desk.post)


def _suggestion(work: UnitOfWork, ask: ChangeRequest, suggestion_id: str) -> tuple[str, SuggestionSnapshot]:
    get_own_post_for_update(work, ask.post_id, ask.actor, ask.versions)
    held = work.suggestions.of(ask.post_id)
    found = None if held is None else held.find(suggestion_id)
    if found is None:
        raise NotFoundError("The post has no such suggestion; get its suggestions again.")
    return found


class _TagEditor:
    """One product of one post, within the transaction that changes what stands."""

    def __init__(self, room: TaggingContext, work: UnitOfWork, ask: ChangeRequest, product_id: str) -> None:
        self.post = get_own_post_for_update(work, ask.post_id, ask.actor, ask.versions)
        self._room, self._work, self._ask, self._product_id = room, work, ask, product_id
        tags, rejections = work.tags.of(ask.post_id), work.tags.rejections(ask.post_id)
        self.tag = next((tag for tag in tags if tag.product_id == product_id), None)
        self.rejection = next((held for held in rejections if held.product_id == product_id), None)

    @property
    def standing(self) -> TagState:
        if self.tag is not None:
            return self.tag.standing
        return TagState.OPEN if self.rejection is None else TagState.REJECTED

    def place(self, place: TagPlacement) -> TagResult:
        evidence = self._evidence(place)
        act = TagAction.TAG if evidence is None else TagAction.CONFIRM
        wanted = self._wanted(place, evidence)
        if self.tag is not None and replace(wanted, decision_id=self.tag.decision_id) == self.tag:
            return TagResult(self.post, self.tag, ())
        kinds = transition(self.standing, act).decisions
        for kind in kinds:
            if kind is DecisionKind.WITHDRAWN:
                self.withdraw()
            else:
                made = replace(self.line(kind), evidence=evidence, point=wanted.point, box=wanted.box)
                self.decide(made)
                wanted = replace(wanted, decision_id=self._maker(made))
        self._work.tags.put(wanted)
        return TagResult(self._work.posts.save(self.post), wanted, kinds)

    def line(self, kind: DecisionKind) -> Decision:
        """A decision on this product, made now."""
        account = self._ask.actor.account
        assert account is not None  # noqa: S101 - nobody runs a post without an account
        return Decision(uuid4().hex, self._ask.now, account.id, self.post.id, self._product_id, kind)

    def decide(self, decision: Decision) -> None:
        """Write a line of the log, and tell who learns."""
        self._work.decisions.append(decision)
        if decision.kind is DecisionKind.WITHDRAWN:
            self._room.learner.withdrawn(self._work, decision)
        elif decision.kind is not DecisionKind.MOVED:
            self._room.learner.decided(self._work, decision)
        elif self.tag is not None:
            self._room.learner.moved(self._work, decision, self.tag.decision_id)

    def withdraw(self) -> None:
        """Take away what stands: a tag, or a rejection."""
        if self.tag is not None:
            self.decide(replace(self.line(DecisionKind.WITHDRAWN), withdraws=self.tag.decision_id))
            self._work.tags.remove(self.tag)
            self.tag = None
        elif self.rejection is not None:
            self.decide(replace(self.line(DecisionKind.WITHDRAWN), withdraws=self.rejection.decision_id))
            self._work.tags.unreject(self.rejection)
            self.rejection = None

    def _evidence(self, place: TagPlacement) -> SuggestionSnapshot | None:
        if place.suggestion_id is None:
            return None
        product_id, evidence = _suggestion(self._work, self._ask, place.suggestion_id)
        if product_id != self._product_id:
            raise InvalidInputError(f"The suggestion is of the product {product_id!r}, not of this one.")
        return evidence

    def _wanted(self, place: TagPlacement, evidence: SuggestionSnapshot | None) -> Tag:
        """The tag as it is to be; one that moves keeps its id, which links lead to."""
        tag = self.tag
        of_suggestion = evidence.box if evidence is not None else None
        before = tag.box if tag is not None else None
        return Tag(
            id=uuid4().hex if tag is None else tag.id,
            post_id=self.post.id,
            product_id=self._product_id,
            point=place.point,
            box=place.box or of_suggestion or before,
            suggestion_id=place.suggestion_id or (tag.suggestion_id if tag is not None else None),
            decision_id="",
            tagged_at=self._ask.now if tag is None else tag.tagged_at,
        )

    def _maker(self, last: Decision) -> str:
        """The decision that a withdrawal has to name: a move does not change whose tag it is."""
        if last.kind is DecisionKind.MOVED and self.tag is not None:
            return self.tag.decision_id
        return last.id
