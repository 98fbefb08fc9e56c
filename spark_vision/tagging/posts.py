"""Posts: from an upload to the feed, and away again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from spark_vision.core.account import Actor
from spark_vision.core.errors import AuthenticationRequiredError, StoreUnavailableError
from spark_vision.core.geometry import Box
from spark_vision.core.post import Post, hidden, published
from spark_vision.database.store import UnitOfWork
from spark_vision.media.sanitise import CleanPhoto
from spark_vision.tagging.context import (
    ExpectedVersions,
    PostWithTags,
    TaggingContext,
    get_own_post_for_update,
    load_with_tags,
)
from spark_vision.tagging.photos import drop_files, store_photo

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
    """Show a post to everybody; raises what `taken` does."""
    return _change(room, actor, post_id, versions, lambda post: published(post, now))


def hide(room: TaggingContext, actor: Actor, post_id: str, versions: ExpectedVersions) -> PostWithTags:
    """Show a post to its poster alone; raises what `taken` does, and ConflictError for a draft."""
    return _change(room, actor, post_id, versions, hidden)


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
        changed = change(post)
        return load_with_tags(work, post if changed == post else work.posts.save(changed))
