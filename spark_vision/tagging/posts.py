"""Posts: from an upload to the feed, and away again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from spark_vision.core.account import Actor, Role
from spark_vision.core.errors import AuthenticationRequiredError, PermissionDeniedError, StoreUnavailableError
from spark_vision.core.geometry import Box
from spark_vision.core.post import Post, hidden, published, reinstated, taken_down
from spark_vision.database.store import UnitOfWork
from spark_vision.media.sanitise import CleanPhoto
from spark_vision.tagging.context import (
    ExpectedVersions,
    PostWithTags,
    TaggingContext,
    get_own_post,
    get_own_post_for_update,
    get_visible_post_for_update,
    load_with_tags,
)
from spark_vision.tagging.photos import drop_files, store_photo

_HIDDEN_BY_ADMIN = "An admin hid this post."
OnCommit = Callable[[UnitOfWork, Post], None]


def create_post(
    room: TaggingContext,
    actor: Actor,
    clean: CleanPhoto,
    caption: str,
    now: datetime,
    and_then: OnCommit | None = None,
) -> Post:
    """Keep a photo and a draft that shows it; and_then: what else belongs into the draft's transaction.

    Raises InvalidInputError where the caption cannot be kept.
    """
    if actor.account is None:
        raise AuthenticationRequiredError("Only an account can post.")
    post = Post(uuid4().hex, actor.account, clean.photo, caption, now)

    def add(work: UnitOfWork) -> Post:
        work.posts.add(post)
        if and_then is not None:
            and_then(work, post)
        return post

    return store_photo(room, clean, now, add)


def set_caption(
    room: TaggingContext, actor: Actor, post_id: str, caption: str, versions: ExpectedVersions
) -> PostWithTags:
    """Write another caption; raises what `taken` does, and InvalidInputError."""
    return _change(room, actor, post_id, versions, lambda post: replace(post, caption=caption))


def set_boxes(
    room: TaggingContext, actor: Actor, post_id: str, boxes: tuple[Box, ...], versions: ExpectedVersions
) -> PostWithTags:
    """Name the regions that suggestions are wanted for; they are computed when they are asked for."""
    return _change(room, actor, post_id, versions, lambda post: replace(post, boxes=boxes))


def publish(
    room: TaggingContext, actor: Actor, post_id: str, versions: ExpectedVersions, now: datetime
) -> PostWithTags:
    """Show a post to everybody; raises what `taken` does, and ConflictError for one that was removed."""
    return _change(room, actor, post_id, versions, lambda post: published(post, now))


def hide(room: TaggingContext, actor: Actor, post_id: str, versions: ExpectedVersions) -> PostWithTags:
    """Show a post to its poster alone; raises what `taken` does, and ConflictError for a draft.

    An admin who hides another's post removes it as a moderator: its poster cannot publish it again.
    """
    with room.store.reading() as work:
        foreign = get_own_post(work, post_id, actor).poster.id != actor.id
    if foreign:
        return _moderate(room, actor, post_id, lambda post: taken_down(post, _HIDDEN_BY_ADMIN), versions)
    return _change(room, actor, post_id, versions, hidden)


def take_down(room: TaggingContext, actor: Actor, post_id: str, reason: str) -> PostWithTags:
    """Remove a post from everybody's sight, whatever its poster does afterwards.

    Raises:
        PermissionDeniedError: The actor is no moderator.
        NotFoundError: There is no such post that a moderator may see.
        InvalidInputError: The reason is empty or too long.
    """
    return _moderate(room, actor, post_id, lambda post: taken_down(post, reason))


def reinstate(room: TaggingContext, actor: Actor, post_id: str) -> PostWithTags:
    """Show a removed post to everybody again; raises what `take_down` does, and ConflictError."""
    return _moderate(room, actor, post_id, reinstated)


def delete(room: TaggingContext, actor: Actor, post_id: str, versions: ExpectedVersions) -> bool:
    """Remove a post, and its photo unless another post shows it; decisions stay in the log.

    False where the photo's file could not be removed now: the next start does it. Raises what `taken` does.
    """
    with room.store.writing() as work:
        post = get_own_post_for_update(work, post_id, actor, versions)
        work.posts.remove(post.id)
        room.learner.forgotten(work, post.id)
        unused = work.photos.leave_unless_used(post.photo.digest)
    if unused:
        try:
            drop_files(room, post.photo)
        except StoreUnavailableError:
            return False
    return True


def _change(
    room: TaggingContext,
    actor: Actor,
    post_id: str,
    versions: ExpectedVersions,
    change: Callable[[Post], Post],
) -> PostWithTags:
    with room.store.writing() as work:
        post = get_own_post_for_update(work, post_id, actor, versions)
        return _saved(room, work, post, change(post))


def _moderate(
    room: TaggingContext,
    actor: Actor,
    post_id: str,
    change: Callable[[Post], Post],
    versions: ExpectedVersions = None,
) -> PostWithTags:
    if not actor.has(Role.MODERATOR, Role.ADMIN):
        raise PermissionDeniedError("Only a moderator or an admin may do this.")
    with room.store.writing() as work:
        post = get_visible_post_for_update(work, post_id, actor, versions)
        return _saved(room, work, post, change(post))


def _saved(room: TaggingContext, work: UnitOfWork, post: Post, changed: Post) -> PostWithTags:
    if changed == post:
        return load_with_tags(work, post)
    saved = work.posts.save(changed)
    if saved.state is not post.state:
        room.learner.shown(work, post.id)
    return load_with_tags(work, saved)
