"""Learned views in the store, and in the memory of processes that watch it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, event, text

from spark_vision.core.account import Actor, Role
from spark_vision.core.decision import RejectReason
from spark_vision.core.errors import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    StoreUnavailableError,
    VersionConflictError,
)
from spark_vision.core.geometry import Box, Point
from spark_vision.core.learned_view import LearnedView, Polarity
from spark_vision.core.post import Post
from spark_vision.database.migrate import migrate
from spark_vision.database.store import Store
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.feedback.view_cache import LearnedViewCache
from spark_vision.feedback.view_recorder import ViewRecorder, find_view, list_views, remove_view, restore_view
from spark_vision.media.crop import crop
from spark_vision.media.decode import decode
from spark_vision.tagging import posts
from spark_vision.tagging.context import ANY_VERSION, TaggingContext
from spark_vision.tagging.tags import TagPlacement, put_tag, reject, remove_tag, unreject
from tests.integration.database.factories import (
    NOW,
    FailingFiles,
    ask,
    draft,
    someone,
    suggestion_id,
    suggestions,
)

BOX = Box(0.1, 0.2, 0.3, 0.4)


@pytest.fixture
def learning(room: TaggingContext) -> TaggingContext:
    return replace(room, learner=ViewRecorder(lambda: NOW))


@pytest.fixture
def ada(learning: TaggingContext) -> Actor:
    return someone(learning.store, "Ada")


@pytest.fixture
def team(learning: TaggingContext) -> Actor:
    return someone(learning.store, "Tea", Role.CATALOGUE)


@pytest.fixture
def post(learning: TaggingContext, ada: Actor) -> Post:
    return draft(learning, ada)


def tag(
    room: TaggingContext, actor: Actor, post: Post, product: str = "mug", box: Box | None = BOX
) -> LearnedView:
    tagged = put_tag(room, ask(actor, post), product, TagPlacement(Point(0.5, 0.5), None, box), on_shelf=True)
    with room.store.writing() as work:
        view = work.learned.held(tagged.tag.decision_id)
    assert view is not None
    return view


def memory(room: TaggingContext, seed: int = 0) -> LearnedViewCache:
    return LearnedViewCache(room.store, room.files, FakeEncoder(seed=seed))


def known(room: TaggingContext, held: LearnedViewCache) -> set[str]:
    held.catch_up(100)
    return {view.id for view, _ in held.known()[1]}


def expected(room: TaggingContext, post: Post, box: Box | None, seed: int = 0) -> np.ndarray:
    encoder = FakeEncoder(seed=seed)
    photo = crop(decode(room.files.read(post.photo, post.photo.width)), box)
    vector: np.ndarray = encoder.finish(encoder.forward(encoder.prepare(photo)[None]))[0]
    return vector


def test_a_tag_is_a_view_at_once_and_none_when_it_is_taken_away(
    learning: TaggingContext, ada: Actor, post: Post, team: Actor
) -> None:
    held = memory(learning)
    view = tag(learning, ada, post)
    assert (view.product_id, view.poster_id, view.post_id) == ("mug", ada.id, post.id)
    assert (view.box, view.stance, view.photo_digest) == (BOX, Polarity.CONFIRMED, post.photo.digest)
    held.catch_up(100)
    ((known_view, vector),) = held.known()[1]
    assert known_view == view
    np.testing.assert_array_equal(vector, expected(learning, post, BOX))
    remove_tag(learning, ask(ada, post), "mug")
    assert known(learning, held) == set()
    assert list_views(learning.store, team, "", None, 10) == []


def test_a_rejection_is_a_view_unless_the_product_was_just_not_wanted(
    learning: TaggingContext, ada: Actor, post: Post
) -> None:
    shown, held = suggestions(learning, ada, post), memory(learning)
    reject(learning, ask(ada, post), suggestion_id(shown, "bowl"), RejectReason.WRONG_VARIANT)
    reject(learning, ask(ada, post), suggestion_id(shown, "lamp"), RejectReason.NOT_WANTED)
    held.catch_up(100)
    ((view, _),) = held.known()[1]
    assert (view.product_id, view.stance, view.box) == ("bowl", Polarity.REJECTED, None)
    unreject(learning, ask(ada, post), suggestion_id(shown, "bowl"))
    assert known(learning, held) == set()


def test_a_removed_post_takes_its_views_and_their_vectors_along(
    learning: TaggingContext, ada: Actor, post: Post, engine: Engine
) -> None:
    held = memory(learning)
    tag(learning, ada, post)
    tag(learning, ada, post, "bowl")
    assert len(known(learning, held)) == 2
    posts.delete(learning, ada, post.id, ANY_VERSION)
    assert known(learning, held) == set()
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT vector, encoder, withdrawn_at FROM learned_views")).all()
    assert [(row[0], row[1]) for row in rows] == [(None, None)] * 2
    assert all(row[2] is not None for row in rows)


def test_the_team_removes_and_restores_and_nobody_else(
    learning: TaggingContext, ada: Actor, post: Post, team: Actor
) -> None:
    view, held = tag(learning, ada, post), memory(learning)
    with pytest.raises(PermissionDeniedError):
        remove_view(learning.store, ada, view.id, ANY_VERSION, NOW)
    with pytest.raises(PermissionDeniedError):
        list_views(learning.store, ada, "", None, 10)
    out = remove_view(learning.store, team, view.id, frozenset({view.version}), NOW)
    assert (out.removed_at, out.removed_by, out.version) == (NOW, team.id, view.version + 1)
    assert remove_view(learning.store, team, view.id, ANY_VERSION, NOW) == out
    assert known(learning, held) == set()
    with pytest.raises(VersionConflictError):
        restore_view(learning.store, team, view.id, frozenset({view.version}))
    back = restore_view(learning.store, team, view.id, frozenset({out.version}))
    assert back == replace(view, version=view.version + 2)
    assert known(learning, held) == {view.id}
    with pytest.raises(NotFoundError):
        remove_view(learning.store, team, "none\0such", ANY_VERSION, NOW)
    remove_tag(learning, ask(ada, post), "mug")
    with pytest.raises(ConflictError):
        remove_view(learning.store, team, view.id, ANY_VERSION, NOW)


def test_what_the_team_removed_stays_so_when_the_poster_says_it_again(
    learning: TaggingContext, ada: Actor, post: Post, team: Actor
) -> None:
    first = tag(learning, ada, post)
    remove_view(learning.store, team, first.id, ANY_VERSION, NOW)
    remove_tag(learning, ask(ada, post), "mug")
    again = tag(learning, ada, post)
    assert again.id != first.id
    assert (again.removed_at, again.removed_by) == (NOW, team.id)
    other = tag(learning, ada, post, "bowl")
    assert other.stands


def test_a_view_moves_with_its_tag(learning: TaggingContext, ada: Actor, post: Post) -> None:
    elsewhere, held = Box(0.5, 0.5, 0.5, 0.5), memory(learning)
    view = tag(learning, ada, post)
    assert known(learning, held) == {view.id}
    assert tag(learning, ada, post, box=None) == view, "a point alone moves no region"
    moved = tag(learning, ada, post, box=elsewhere)
    assert moved == replace(view, box=elsewhere, version=view.version + 1)
    assert known(learning, held) == {view.id}
    for process in (held, memory(learning)):
        assert known(learning, process) == {view.id}
        ((there, vector),) = process.known()[1]
        assert there == moved
        np.testing.assert_array_equal(vector, expected(learning, post, elsewhere))


def test_a_vector_of_where_a_view_was_before_is_not_kept(
    learning: TaggingContext, ada: Actor, post: Post
) -> None:
    view = tag(learning, ada, post)
    tag(learning, ada, post, box=Box(0, 0, 0.5, 0.5))
    with learning.store.writing() as work:
        work.learned.keep_vector(view, "late", np.ones(64, np.float32))
    with learning.store.reading() as work:
        (kept,) = work.learned.changed(0)
    assert kept.vector is None


def test_what_the_team_removed_stays_so_when_its_tag_moves(
    learning: TaggingContext, ada: Actor, post: Post, team: Actor
) -> None:
    view = tag(learning, ada, post)
    out = remove_view(learning.store, team, view.id, ANY_VERSION, NOW)
    moved = tag(learning, ada, post, box=Box(0, 0, 0.5, 0.5))
    assert (moved.removed_at, moved.version) == (NOW, out.version + 1)
    assert known(learning, memory(learning)) == set()


def test_a_list_takes_as_many_queries_for_one_view_as_for_many(
    learning: TaggingContext, ada: Actor, team: Actor, engine: Engine
) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    tag(learning, ada, draft(learning, ada))
    counts = []
    for seed in (None, 1, 2, 3):
        if seed is not None:
            ben = someone(learning.store, f"Ben {seed}")
            tag(learning, ben, draft(learning, ben, seed))
        asked.clear()
        shown = list_views(learning.store, team, "", None, 10)
        counts.append((len(shown), len([one for one in asked if one.startswith("SELECT")])))
    assert counts == [(1, 3), (2, 3), (3, 3), (4, 3)]
    assert {view.poster for view in shown} == {"Ada", "Ben 1", "Ben 2", "Ben 3"}


def test_lists_go_on_where_they_ended_and_by_product(
    learning: TaggingContext, ada: Actor, team: Actor
) -> None:
    made = [
        tag(learning, ada, draft(learning, ada, seed), product).id
        for seed in range(3)
        for product in ("mug", "bowl")
    ]
    listed: list[LearnedView] = []
    behind = None
    while page := list_views(learning.store, team, "", behind, 2):
        listed += [shown.view for shown in page]
        behind = (listed[-1].learned_at, listed[-1].id)
    assert [view.id for view in listed] == sorted(made, reverse=True)
    assert len(list_views(learning.store, team, "mug", None, 10)) == 3
    assert list_views(learning.store, team, "m\0g", None, 10) == []


def test_another_process_sees_each_change(
    learning: TaggingContext, ada: Actor, post: Post, team: Actor
) -> None:
    other = memory(TaggingContext(Store(learning.store.engine), learning.files, learning.learner))  # type: ignore[attr-defined]
    changes = [other.changes]

    def seen() -> set[str]:
        found = known(learning, other)
        changes.append(other.changes)
        return found

    assert seen() == set()
    view = tag(learning, ada, post)
    assert seen() == {view.id}
    assert seen() == {view.id}
    remove_view(learning.store, team, view.id, ANY_VERSION, NOW)
    assert seen() == set()
    restore_view(learning.store, team, view.id, ANY_VERSION)
    assert seen() == {view.id}
    assert changes[3] == changes[2]


def test_vectors_are_kept_and_another_encoder_makes_its_own(
    learning: TaggingContext, ada: Actor, post: Post
) -> None:
    tag(learning, ada, post)
    first = memory(learning)
    first.catch_up(1)
    later = LearnedViewCache(learning.store, learning.files, encoder := FakeEncoder())
    assert len(known(learning, later)) == 1
    assert encoder.pictures_encoded == 0
    other = memory(learning, seed=5)
    other.catch_up(1)
    np.testing.assert_array_equal(other.known()[1][0][1], expected(learning, post, BOX, seed=5))


def test_a_look_up_waits_for_few_vectors_the_newest_first(learning: TaggingContext, ada: Actor) -> None:
    views = [tag(learning, ada, draft(learning, ada, seed)) for seed in range(3)]
    held = memory(learning)
    assert held.catch_up(1) == 2
    assert [view.id for view, _ in held.known()[1]] == [max(view.id for view in views)]
    assert held.catch_up(5) == 0


def test_a_disk_that_fails_loses_nothing(learning: TaggingContext, ada: Actor, tmp_path: Path) -> None:
    class Unreadable(FailingFiles):
        def read(self, photo: object, width: int) -> bytes:
            if self.broken:
                raise StoreUnavailableError("Input/output error")
            return super().read(photo, width)  # type: ignore[arg-type]

    files = Unreadable(str(tmp_path / "photos"))
    view = tag(learning, ada, draft(learning, ada))
    held = LearnedViewCache(learning.store, files, FakeEncoder())
    files.broken = True
    assert held.catch_up(4) == 1
    files.broken = False
    assert held.catch_up(4) == 0
    assert [one.id for one, _ in held.known()[1]] == [view.id]


def test_a_photo_that_is_gone_teaches_nothing_and_stops_nobody(
    learning: TaggingContext, ada: Actor, post: Post
) -> None:
    tag(learning, ada, post)
    other = tag(learning, ada, draft(learning, ada, 1))
    learning.files.remove(post.photo)
    held = memory(learning)
    assert held.catch_up(10) == 0
    assert [view.id for view, _ in held.known()[1]] == [other.id]


def test_a_store_that_is_put_back_is_read_anew(
    learning: TaggingContext, ada: Actor, post: Post, engine: Engine
) -> None:
    tag(learning, ada, post)
    held = memory(learning)
    assert len(known(learning, held)) == 1
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("DELETE FROM learned_views"))
        connection.execute(text("UPDATE learned_state SET revision = 1"))
    assert known(learning, held) == set()


def test_decisions_of_before_there_were_views_teach_too(
    learning: TaggingContext, ada: Actor, post: Post, engine: Engine
) -> None:
    """The revision's own statements, on a store whose views were never written."""
    view = tag(learning, ada, post)
    shown = suggestions(learning, ada, post)
    for product, reason in (("bowl", RejectReason.OTHER), ("lamp", RejectReason.NOT_WANTED)):
        reject(learning, ask(ada, post), suggestion_id(shown, product), reason)
    with learning.store.reading() as work:
        before = [kept.view for kept in work.learned.changed(0)]
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("DROP TABLE sessions"))
        connection.execute(text("DROP TABLE learned_views"))
        connection.execute(text("DROP TABLE learned_state"))
        connection.execute(text("ALTER TABLE accounts DROP COLUMN suspended_at"))
        connection.execute(text("ALTER TABLE posts DROP COLUMN removal_reason"))
        connection.execute(text("DROP TABLE feed_schedules"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    assert migrate(engine)[0] == "0004"
    with learning.store.reading() as work:
        after = [kept.view for kept in work.learned.changed(0)]
    key = lambda one: one.id  # noqa: E731
    # Accounts of before there were new ones are established; the post is a draft, so nothing is shared.
    after = [replace(one, established=False) for one in after]
    assert sorted(after, key=key) == sorted(before, key=key)
    assert view in after


def test_a_drafts_picture_is_its_posters_alone(
    learning: TaggingContext, ada: Actor, post: Post, team: Actor
) -> None:
    view = tag(learning, ada, post)
    shown = find_view(learning.store, team, view.id)
    assert (shown.view, shown.poster, shown.photo) == (view, "Ada", None)
    posts.publish(learning, ada, post.id, ANY_VERSION, NOW)
    assert find_view(learning.store, team, view.id).photo == post.photo
    (listed,) = list_views(learning.store, None, "", None, 10)
    assert listed.photo is None
