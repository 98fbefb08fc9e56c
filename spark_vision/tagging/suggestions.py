"""Suggestions of a post: computed once, kept, and computed anew where index or boxes are others."""

from dataclasses import dataclass
from datetime import datetime

from spark_vision.core.account import Actor
from spark_vision.core.post import Post
from spark_vision.core.suggestion_set import SuggestionSet, assign_suggestion_ids, boxes_digest
from spark_vision.core.tag import TagState
from spark_vision.database.store import UnitOfWork
from spark_vision.tagging.context import ANY_VERSION, TaggingContext, get_own_post, get_own_post_for_update
from spark_vision.tagging.photo_search import PhotoSearcher


@dataclass(frozen=True, slots=True)
class PostSuggestions:
    """A post's suggestions, and what was decided of the products among them (the others are open)."""

    post: Post
    held: SuggestionSet
    standings: dict[str, TagState]


def get_cached_suggestions(
    room: TaggingContext, actor: Actor, post_id: str, index_version: str
) -> PostSuggestions | None:
    """What was computed for the post as it is now, from this index version; None where nothing was.

    Raises NotFoundError, PermissionDeniedError.
    """
    with room.store.reading() as work:
        post = get_own_post(work, post_id, actor)
        held = work.suggestions.of(post_id)
        if (
            held is None
            or held.index_version != index_version
            or held.boxes_digest != boxes_digest(post.boxes)
        ):
            return None
        return PostSuggestions(post, held, get_tag_states(work, post_id))


def compute_suggestions(
    room: TaggingContext, actor: Actor, post_id: str, looker: PhotoSearcher, now: datetime
) -> PostSuggestions:
    """Look the post's photo up and keep what is found; what was decided before stays as it is.

    Raises NotFoundError, PermissionDeniedError, PhotoMissingError.
    """
    with room.store.reading() as work:
        post = get_own_post(work, post_id, actor)
    photo = room.files.read(post.photo, post.photo.width)
    items = assign_suggestion_ids(post.id, looker.items(photo, post.boxes))
    digest = boxes_digest(post.boxes)
    held = SuggestionSet(post.id, looker.index_version, looker.model, digest, items, now)
    with room.store.writing() as work:
        # Held, so that a post which is removed meanwhile gets no suggestions.
        post = get_own_post_for_update(work, post_id, actor, ANY_VERSION)
        work.suggestions.put(held)
        return PostSuggestions(post, held, get_tag_states(work, post_id))


def get_tag_states(work: UnitOfWork, post_id: str) -> dict[str, TagState]:
    """What was decided of a post's products."""
    rejected = {held.product_id: TagState.REJECTED for held in work.tags.rejections(post_id)}
    return rejected | {tag.product_id: tag.standing for tag in work.tags.of(post_id)}
