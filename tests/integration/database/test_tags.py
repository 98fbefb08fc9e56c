"""Suggestions and what is decided of them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from spark_vision.core.account import Actor
from spark_vision.core.decision import DecisionKind, RejectReason
from spark_vision.core.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    TooManyTagsError,
    VersionConflictError,
)
from spark_vision.core.geometry import Box, Point
from spark_vision.core.post import MAX_TAGS, Post
from spark_vision.core.tag import TagState
from spark_vision.tagging import posts
from spark_vision.tagging.context import ANY_VERSION, TaggingContext
from spark_vision.tagging.suggestions import get_cached_suggestions
from spark_vision.tagging.tags import ChangeRequest, TagPlacement, put_tag, reject, remove_tag, unreject
from tests.integration.database.factories import (
    NOW,
    BrokenLearnerError,
    FewProducts,
    Notebook,
    ask,
    draft,
    someone,
    suggestion_id,
    suggestions,
)

CONFIRMED, BY_HAND, MOVED = DecisionKind.CONFIRMED, DecisionKind.BY_HAND, DecisionKind.MOVED
REJECTED, WITHDRAWN = DecisionKind.REJECTED, DecisionKind.WITHDRAWN


@pytest.fixture
def ada(room: TaggingContext) -> Actor:
    return someone(room.store, "Ada")


@pytest.fixture
def post(room: TaggingContext, ada: Actor) -> Post:
    return draft(room, ada)


def at(x: float, y: float = 0.5, suggestion: str | None = None) -> TagPlacement:
    return TagPlacement(Point(x, y), suggestion)


def kinds(room: TaggingContext, post: Post) -> list[DecisionKind]:
    with room.store.reading() as work:
        return [decision.kind for decision in work.decisions.of(post.id)]


def told(room: TaggingContext) -> list[tuple[str, DecisionKind, str]]:
    assert isinstance(room.learner, Notebook)
    return room.learner.told


def test_a_confirmed_tag_knows_what_it_was_confirmed_on(room: TaggingContext, ada: Actor, post: Post) -> None:
    boxes = (Box(0.1, 0.2, 0.3, 0.4),)
    post = posts.set_boxes(room, ada, post.id, boxes, ANY_VERSION).post
    shown = suggestions(room, ada, post)
    wanted = next(held["id"] for held in shown.held.items[0]["suggestions"] if held["product_id"] == "bowl")
    tagged = put_tag(room, ask(ada, post), "bowl", at(0.25, suggestion=wanted), on_shelf=True)
    assert (tagged.kinds, tagged.tag.standing, tagged.tag.box) == ((CONFIRMED,), TagState.CONFIRMED, boxes[0])
    with room.store.reading() as work:
        assert work.tags.of(post.id) == [tagged.tag]
        assert work.tags.get(tagged.tag.id) == tagged.tag
        (line,) = work.decisions.of(post.id)
    assert line.id == tagged.tag.decision_id
    assert (line.at, line.account_id, line.product_id, line.point) == (NOW, ada.id, "bowl", Point(0.25, 0.5))
    assert line.evidence is not None
    assert (line.evidence.suggestion_id, line.evidence.box) == (wanted, boxes[0])
    assert (line.evidence.probability, line.evidence.similarity) == (0.5, 0.25)
    assert (line.evidence.index_version, line.evidence.model) == ("v1", "fake")
    assert told(room) == [("decided", CONFIRMED, "bowl")]


def test_put_again_moves_the_point_and_the_tag_keeps_its_id(
    room: TaggingContext, ada: Actor, post: Post
) -> None:
    first = put_tag(room, ask(ada, post), "mug", at(0.1), on_shelf=True)
    moved = put_tag(room, ask(ada, post), "mug", at(0.2), on_shelf=False)
    same = put_tag(room, ask(ada, post), "mug", at(0.2), on_shelf=True)
    assert (moved.tag.id, moved.kinds, moved.tag.point) == (first.tag.id, (MOVED,), Point(0.2, 0.5))
    assert (same.tag, same.kinds, same.post.version) == (moved.tag, (), moved.post.version)
    assert kinds(room, post) == [BY_HAND, MOVED]
    assert told(room) == [("decided", BY_HAND, "mug"), ("moved", MOVED, "mug")]


def test_a_tag_that_is_taken_away_is_withdrawn_in_the_log(
    room: TaggingContext, ada: Actor, post: Post
) -> None:
    made = put_tag(room, ask(ada, post), "mug", at(0.1), on_shelf=True)
    put_tag(room, ask(ada, post), "mug", at(0.3), on_shelf=True)
    remove_tag(room, ask(ada, post), "mug")
    with pytest.raises(NotFoundError):
        remove_tag(room, ask(ada, post), "mug")
    with room.store.reading() as work:
        assert work.tags.of(post.id) == []
        assert work.decisions.of(post.id)[-1].withdraws == made.tag.decision_id
    assert told(room)[-1] == ("withdrawn", WITHDRAWN, "mug")


def test_a_rejection_and_its_undoing(room: TaggingContext, ada: Actor, post: Post) -> None:
    wanted = suggestion_id(suggestions(room, ada, post), "lamp")
    _, rejection, new = reject(room, ask(ada, post), wanted, RejectReason.WRONG_VARIANT)
    assert (rejection.product_id, rejection.reason, new) == ("lamp", "wrong_variant", True)
    _, again, new = reject(room, ask(ada, post), wanted, RejectReason.OTHER)
    assert (again, new) == (rejection, False)
    shown = get_cached_suggestions(room, ada, post.id, "v1")
    assert shown is not None
    assert shown.standings == {"lamp": TagState.REJECTED}
    unreject(room, ask(ada, post), wanted)
    with pytest.raises(NotFoundError):
        unreject(room, ask(ada, post), wanted)
    with room.store.reading() as work:
        made, withdrawn = work.decisions.of(post.id)
        assert work.tags.rejections(post.id) == []
    assert (made.reason, withdrawn.withdraws) == ("wrong_variant", made.id)


def test_who_changes_their_mind_leaves_both_in_the_log(room: TaggingContext, ada: Actor, post: Post) -> None:
    wanted = suggestion_id(suggestions(room, ada, post), "lamp")
    reject(room, ask(ada, post), wanted, RejectReason.OTHER)
    put_tag(room, ask(ada, post), "lamp", at(0.5, suggestion=wanted), on_shelf=True)
    with pytest.raises(ConflictError):
        reject(room, ask(ada, post), wanted, RejectReason.OTHER)
    remove_tag(room, ask(ada, post), "lamp")
    put_tag(room, ask(ada, post), "lamp", at(0.5), on_shelf=True)
    confirmed = put_tag(room, ask(ada, post), "lamp", at(0.5, suggestion=wanted), on_shelf=True)
    assert confirmed.tag.standing is TagState.CONFIRMED
    assert kinds(room, post) == [
        *(REJECTED, WITHDRAWN, CONFIRMED, WITHDRAWN),
        *(BY_HAND, WITHDRAWN, CONFIRMED),
    ]


def test_what_cannot_be_tagged(room: TaggingContext, ada: Actor, post: Post) -> None:
    wanted = suggestion_id(suggestions(room, ada, post), "lamp")
    with pytest.raises(InvalidInputError, match="'lamp'"):
        put_tag(room, ask(ada, post), "mug", at(0.5, suggestion=wanted), on_shelf=True)
    with pytest.raises(NotFoundError, match="suggestion"):
        put_tag(room, ask(ada, post), "mug", at(0.5, suggestion="nothing"), on_shelf=True)
    with pytest.raises(NotFoundError, match="shop"):
        put_tag(room, ask(ada, post), "mug", at(0.5), on_shelf=False)
    with pytest.raises(VersionConflictError):
        put_tag(room, ChangeRequest(ada, post.id, frozenset({7}), NOW), "mug", at(0.5), on_shelf=True)
    assert kinds(room, post) == []


def test_a_post_has_twenty_tags_at_most(room: TaggingContext, ada: Actor, post: Post) -> None:
    for number in range(MAX_TAGS):
        put_tag(room, ask(ada, post), f"p{number}", at(number / MAX_TAGS), on_shelf=True)
    with pytest.raises(TooManyTagsError):
        put_tag(room, ask(ada, post), "one more", at(0.5), on_shelf=True)
    put_tag(room, ask(ada, post), "p3", at(0.9), on_shelf=True)
    remove_tag(room, ask(ada, post), "p3")
    put_tag(room, ask(ada, post), "one more", at(0.5), on_shelf=True)


def test_a_decision_and_what_is_learned_from_it_are_kept_together(
    room: TaggingContext, ada: Actor, post: Post
) -> None:
    assert isinstance(room.learner, Notebook)
    room.learner.broken = True
    with pytest.raises(BrokenLearnerError):
        put_tag(room, ask(ada, post), "mug", at(0.5), on_shelf=True)
    assert kinds(room, post) == []
    with room.store.reading() as work:
        assert work.tags.of(post.id) == []


def test_suggestions_are_computed_anew_for_another_index_or_other_boxes(
    room: TaggingContext, ada: Actor, post: Post
) -> None:
    first = suggestions(room, ada, post)
    wanted = suggestion_id(first, "mug")
    put_tag(room, ask(ada, post), "mug", at(0.5, suggestion=wanted), on_shelf=True)
    kept = get_cached_suggestions(room, ada, post.id, "v1")
    assert kept is not None
    assert kept.held == first.held
    assert get_cached_suggestions(room, ada, post.id, "v2") is None
    posts.set_boxes(room, ada, post.id, (Box(0, 0, 0.5, 0.5),), ANY_VERSION)
    assert get_cached_suggestions(room, ada, post.id, "v1") is None
    newer = FewProducts(("mug", "vase"), index_version="v2")
    shown = suggestions(room, ada, post, newer)
    assert newer.asked == [(Box(0, 0, 0.5, 0.5),)]
    assert suggestion_id(shown, "mug") == wanted
    assert shown.standings == {"mug": TagState.CONFIRMED}


def test_a_post_that_is_deleted_leaves_its_log(room: TaggingContext, ada: Actor, post: Post) -> None:
    wanted = suggestion_id(suggestions(room, ada, post), "lamp")
    put_tag(room, ask(ada, post), "mug", at(0.5), on_shelf=True)
    reject(room, ask(ada, post), wanted, RejectReason.OTHER)
    posts.delete(room, ada, post.id, ANY_VERSION)
    assert kinds(room, post) == [BY_HAND, REJECTED]
    with room.store.reading() as work:
        assert work.suggestions.of(post.id) is None
        assert work.tags.of(post.id) == work.tags.rejections(post.id) == []
        (first, _), (_, second) = work.decisions.after(0, 10)
        assert [line for _, line in work.decisions.after(first, 10)] == [second]


def test_many_hands_at_once_keep_to_the_rules(room: TaggingContext, ada: Actor, post: Post) -> None:
    """Ten products too many, each tagged by two threads at the same time."""
    together = Barrier(20)

    def tag(number: int) -> DecisionKind | None:
        if number < 20:
            together.wait(timeout=60)
        try:
            kinds = put_tag(room, ask(ada, post), f"p{number % 30}", at(0.5), on_shelf=True).kinds
        except TooManyTagsError:
            return None
        return kinds[0] if kinds else None

    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(tag, range(60)))
    with room.store.reading() as work:
        tags = work.tags.of(post.id)
        current = work.posts.get(post.id)
    assert len(tags) == len({held.product_id for held in tags}) == MAX_TAGS
    assert made.count(BY_HAND) == MAX_TAGS
    assert kinds(room, post) == [BY_HAND] * MAX_TAGS
    assert current is not None
    assert current.version == 1 + MAX_TAGS
