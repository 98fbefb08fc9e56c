"""Posts: who sees them, and how they change."""

from datetime import UTC, datetime, timedelta

import pytest

from spark_vision.core.account import ANONYMOUS, Account, Actor, Role
from spark_vision.core.errors import ConflictError, InvalidInputError
from spark_vision.core.post import MAX_CAPTION, Photo, Post, PostState, hidden, published

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ADA = Account("a", "Ada", Role.POSTER)
OTHERS = [ANONYMOUS, Actor(Account("b", "Ben", Role.POSTER)), Actor(Account("c", "The shop", Role.CATALOGUE))]
ADMIN = Actor(Account("d", "Root", Role.ADMIN))


def draft(caption: str = "") -> Post:
    return Post("1", ADA, Photo("0" * 64, 4, 3, ()), caption, NOW)


def test_a_draft_is_for_its_poster_and_admins() -> None:
    for actor in (Actor(ADA), ADMIN):
        assert draft().is_visible_to(actor)
        assert draft().is_run_by(actor)
    for actor in OTHERS:
        assert not draft().is_visible_to(actor)


def test_what_is_published_is_for_everybody_to_see_and_for_its_poster_to_change() -> None:
    post = published(draft(), NOW)
    for actor in OTHERS:
        assert post.is_visible_to(actor)
        assert not post.is_run_by(actor)
        assert not hidden(post).is_visible_to(actor)


def test_publishing_again_does_not_move_a_post_in_the_feed() -> None:
    once = published(draft(), NOW)
    assert once.published_at == NOW
    assert published(hidden(once), NOW + timedelta(days=1)).published_at == NOW
    assert published(once, NOW + timedelta(days=1)) == once


def test_a_draft_cannot_be_hidden() -> None:
    with pytest.raises(ConflictError):
        hidden(draft())
    assert hidden(hidden(published(draft(), NOW))).state is PostState.HIDDEN


@pytest.mark.parametrize("caption", ["x" * (MAX_CAPTION + 1), "a\0b", "half a pair: \ud800"])
def test_a_caption_that_cannot_be_kept_is_refused(caption: str) -> None:
    with pytest.raises(InvalidInputError, match="caption"):
        draft(caption)


def test_a_caption_may_have_lines_and_any_script() -> None:
    assert draft("Für dich\n🍎 日本 \u202b").caption.startswith("Für")
