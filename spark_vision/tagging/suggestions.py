"""Suggestions of a post: computed once, kept, and computed anew where index or boxes are others."""

from dataclasses import dataclass
from datetime import datetime

from spark_vision.core.account import Actor
from spark_vision.core.post import Post
from spark_vision.core.suggestion_set import SuggestionSet, boxes_digest, with_ids
from spark_vision.core.tag import Standing
from spark_vision.database.store import SqlWork
from spark_vision.tagging.context import ANY, Room, owned, taken
from spark_vision.tagging.photo_search import Looker


@dataclass(frozen=True, slots=True)
class Shown:
    """A post's suggestions, and what was decided of the products among them (the others are open)."""

    post: Post
    held: SuggestionSet
    standings: dict[str, Standing]


def kept_suggestions(room: Room, actor: Actor, post_id: str, index_version: str) -> Shown | None:
    """What was computed for the post as it is now, from this index version; None where nothing was.

    Raises NotFoundError, NotAllowedError.
    """
    with room.store.reading() as work:
        post = owned(work, post_id, actor)
        held = work.suggestions.of(post_id)
        if (
            held is None
            or held.index_version != index_version
            or held.boxes_digest != boxes_digest(post.boxes)
        ):
            return None
        return Shown(post, held, standings(work, post_id))


def compute_suggestions(room: Room, actor: Actor, post_id: str, looker: Looker, now: datetime) -> Shown:
    """Look the post's photo up and keep what is found; what was decided before stays as it is.

    Raises NotFoundError, NotAllowedError, PhotoMissingError.
    """
    with room.store.reading() as work:
        post = owned(work, post_id, actor)
    photo = room.files.read(post.photo, post.photo.width)
    items = with_ids(post.id, looker.items(photo, post.boxes))
    digest = boxes_digest(post.boxes)
    held = SuggestionSet(post.id, looker.index_version, looker.model, digest, items, now)
    with room.store.writing() as work:
        # Held, so that a post which is removed meanwhile gets no suggestions.
        post = taken(work, post_id, actor, ANY)
        work.suggestions.put(held)
        return Shown(post, held, standings(work, post_id))


def standings(work: SqlWork, post_id: str) -> dict[str, Standing]:
    """What was decided of a post's products."""
    rejected = {held.product_id: Standing.REJECTED for held in work.tags.rejections(post_id)}
    return rejected | {tag.product_id: tag.standing for tag in work.tags.of(post_id)}
