"""What the use cases around posts work with."""

from dataclasses import dataclass

from spark_vision.core.account import Actor
from spark_vision.core.errors import NotFoundError, PermissionDeniedError, VersionConflictError
from spark_vision.core.post import Post
from spark_vision.core.tag import Tag
from spark_vision.database.store import Store, UnitOfWork
from spark_vision.tagging.decision_observer import DecisionObserver
from spark_vision.tagging.photo_files import PhotoFiles

ExpectedVersions = frozenset[int] | None
"""The versions of a post that a change may build on; None: any."""

ANY_VERSION: ExpectedVersions = None


@dataclass(frozen=True, slots=True)
class TaggingContext:
    """The store, the photos' files, and who learns from decisions."""

    store: Store
    files: PhotoFiles
    learner: DecisionObserver


@dataclass(frozen=True, slots=True)
class PostWithTags:
    """A post with its tags, from one moment."""

    post: Post
    tags: tuple[Tag, ...]


def load_with_tags(work: UnitOfWork, post: Post) -> PostWithTags:
    """The post with its tags."""
    return PostWithTags(post, tuple(work.tags.of(post.id)))


def get_visible_post(work: UnitOfWork, post_id: str, actor: Actor) -> Post:
    """A post that the actor may see; raises NotFoundError, whether there is another or none."""
    return _visible(work.posts.get(post_id), post_id, actor)


def get_own_post(work: UnitOfWork, post_id: str, actor: Actor) -> Post:
    """A post that the actor runs, to look at; raises NotFoundError, or PermissionDeniedError."""
    return _own(get_visible_post(work, post_id, actor), actor)


def get_own_post_for_update(work: UnitOfWork, post_id: str, actor: Actor, versions: ExpectedVersions) -> Post:
    """A post that the actor runs, held for a change.

    Raises NotFoundError, PermissionDeniedError, or VersionConflictError where it has none of the versions.
    """
    post = _own(_visible(work.posts.held(post_id), post_id, actor), actor)
    return _expected(post, versions)


def get_visible_post_for_update(
    work: UnitOfWork, post_id: str, actor: Actor, versions: ExpectedVersions
) -> Post:
    """Return a post that the actor may see, locked; raises NotFoundError, VersionConflictError."""
    return _expected(_visible(work.posts.held(post_id), post_id, actor), versions)


def _expected(post: Post, versions: ExpectedVersions) -> Post:
    if versions is not None and post.version not in versions:
        raise VersionConflictError("The post was changed since you have seen it; get it again.")
    return post


def _visible(post: Post | None, post_id: str, actor: Actor) -> Post:
    if post is None or not post.is_visible_to(actor):
        raise NotFoundError(f"There is no post {post_id[:100]!r}.")
    return post


def _own(post: Post, actor: Actor) -> Post:
    if not post.is_run_by(actor):
        raise PermissionDeniedError("This post is another's; only its poster or an admin may change it.")
    return post
