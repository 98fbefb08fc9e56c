"""Posts: a photo with a caption, from a draft to what everybody sees, and back."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from spark_vision.core.account import Account, Actor, Role
from spark_vision.core.errors import ConflictError, InvalidInputError
from spark_vision.core.geometry import Box

MAX_CAPTION = 2_200
MAX_TAGS = 20
MAX_REASON = 500


class PostState(StrEnum):
    """Who sees a post.

    Its poster alone (draft), everybody (published), its poster alone again (hidden), or its poster and the
    moderators, because one of them removed it (removed).
    """

    DRAFT = "draft"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Photo:
    """A cleaned photo, named by the SHA-256 of its bytes.

    width, height: pixels; widths: of the smaller copies that are kept beside it, ascending.
    """

    digest: str
    width: int
    height: int
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """A photo that an account posted.

    boxes: the regions that suggestions are wanted for, beside the whole photo. published_at: when it was
    published first; hiding and publishing again does not move it in the feed. version: rises with
    each change of the post, its boxes or its tags.
    """

    id: str
    poster: Account
    photo: Photo
    caption: str
    created_at: datetime
    state: PostState = PostState.DRAFT
    published_at: datetime | None = None
    boxes: tuple[Box, ...] = ()
    version: int = 1
    removal_reason: str = ""

    def __post_init__(self) -> None:
        check_text("caption", self.caption, MAX_CAPTION)

    def is_visible_to(self, actor: Actor) -> bool:
        """Whether the actor may know that there is such a post."""
        if self.state is PostState.PUBLISHED or self.is_run_by(actor):
            return True
        return self.state is PostState.REMOVED and actor.has(Role.MODERATOR)

    def is_run_by(self, actor: Actor) -> bool:
        """Whether the actor may change the post: its poster, or an admin."""
        return actor.has(Role.ADMIN) or actor.id == self.poster.id


def published(post: Post, now: datetime) -> Post:
    """Return the post for everybody to see; one that is published already stays as it is.

    Raises:
        ConflictError: A moderator removed it.
    """
    if post.state is PostState.REMOVED:
        raise ConflictError(f"A moderator removed this post. Reason: {post.removal_reason}")
    if post.state is PostState.PUBLISHED:
        return post
    return replace(post, state=PostState.PUBLISHED, published_at=post.published_at or now)


def hidden(post: Post) -> Post:
    """The post for its poster alone; raises ConflictError where nobody else ever saw it."""
    if post.state is PostState.DRAFT:
        raise ConflictError("A draft is seen by its poster alone; there is nothing to hide.")
    if post.state is PostState.REMOVED:
        raise ConflictError(f"A moderator removed this post. Reason: {post.removal_reason}")
    return replace(post, state=PostState.HIDDEN)


def taken_down(post: Post, reason: str) -> Post:
    """Return the post as a moderator removes it.

    Raises:
        InvalidInputError: The reason is empty or too long.
        ConflictError: It is a draft, which its poster alone sees.
    """
    check_text("reason", reason, MAX_REASON)
    if not reason.strip():
        raise InvalidInputError("The reason is empty. The poster is shown why a post was removed.")
    if post.state is PostState.DRAFT:
        raise ConflictError("A draft is seen by its poster alone; there is nothing to remove.")
    return replace(post, state=PostState.REMOVED, removal_reason=reason.strip())


def reinstated(post: Post) -> Post:
    """Return a removed post as it was before: for everybody to see.

    Raises:
        ConflictError: It was not removed.
    """
    if post.state is not PostState.REMOVED:
        raise ConflictError("The post was not removed by a moderator.")
    return replace(post, state=PostState.PUBLISHED, removal_reason="")


def check_text(name: str, text: str, most: int) -> None:
    """Raise InvalidInputError where a text is too long or holds what no database keeps."""
    if len(text) > most:
        raise InvalidInputError(f"The {name} has {len(text):,} characters; it may have {most:,}.")
    if "\0" in text or not _is_writable(text):
        raise InvalidInputError(f"The {name} holds a character that is none: NUL, or half of a pair.")


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
