"""What others see: the feed, and smiles."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime

from spark_vision.domain.account import Actor
from spark_vision.domain.post import Post
from spark_vision.domain.tag import Tag
from spark_vision.errors import KeyNeededError
from spark_vision.ports.feed import Asked, Behind, Listed, Smiles
from spark_vision.ports.store import Store, Work
from spark_vision.tagging.room import seen


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page of a list is asked for, by whom.

    known: the posts, by id and version, that who asks has already, so that they need not be read.
    """

    actor: Actor
    behind: Behind
    count: int
    known: Container[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. posts, tags: of those that were not known already, by id; smiles: of all.

    more: whether the list goes on.
    """

    places: tuple[Listed, ...]
    posts: dict[str, Post]
    tags: dict[str, list[Tag]]
    smiles: dict[str, Smiles]
    more: bool


def read_feed(store: Store, asked: Asked, turn: Turn) -> Page:
    """A page of published posts, in as many queries for one post as for fifty."""
    with store.reading() as work:
        return _page(work, work.feed.published(asked, turn.behind, turn.count + 1), turn)


def read_own(store: Store, turn: Turn) -> Page:
    """A page of the actor's own posts, in any state; raises KeyNeededError."""
    if turn.actor.id is None:
        raise KeyNeededError("Only an account has posts of its own.")
    with store.reading() as work:
        return _page(work, work.feed.by_poster(turn.actor.id, turn.behind, turn.count + 1), turn)


def _page(work: Work, found: list[Listed], turn: Turn) -> Page:
    places = tuple(found[: turn.count])
    unknown = [place.id for place in places if (place.id, place.version) not in turn.known]
    return Page(
        places=places,
        posts=work.feed.posts(unknown) if unknown else {},
        tags=work.tags.of_many(unknown) if unknown else {},
        smiles=work.feed.smiles([place.id for place in places], turn.actor.id),
        more=len(found) > turn.count,
    )


def smile(store: Store, post_id: str, actor: Actor, now: datetime) -> Smiles:
    """Smile at a post that the actor may see; raises KeyNeededError, NotFoundError."""
    with store.writing() as work:
        account_id = _smiling(work, post_id, actor)
        work.feed.smile(post_id, account_id, now)
        return work.feed.smiles([post_id], account_id)[post_id]


def unsmile(store: Store, post_id: str, actor: Actor) -> Smiles:
    """Smile no longer; raises KeyNeededError, NotFoundError."""
    with store.writing() as work:
        account_id = _smiling(work, post_id, actor)
        work.feed.unsmile(post_id, account_id)
        return work.feed.smiles([post_id], account_id)[post_id]


def _smiling(work: Work, post_id: str, actor: Actor) -> str:
    if actor.id is None:
        raise KeyNeededError("Only an account can smile.")
    seen(work, post_id, actor)
    return actor.id
