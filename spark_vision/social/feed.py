"""What others see: the feed, and smiles."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from spark_vision.core.account import Actor
from spark_vision.core.errors import AuthenticationRequiredError
from spark_vision.core.feed import Cursor, FeedEntry, FeedFilter, PageSpec, Smiles
from spark_vision.core.post import Post
from spark_vision.core.tag import Tag
from spark_vision.database.store import Store, UnitOfWork
from spark_vision.tagging.context import get_visible_post

CacheLookup = Callable[[Sequence[FeedEntry]], Container[str]]
"""Which posts, by id, one has already in just these versions, so that they need not be read."""


def no_cache(places: Sequence[FeedEntry]) -> Container[str]:
    """Have no post yet."""
    return ()


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is asked for, by whom, who knows which posts."""

    actor: Actor
    behind: Cursor
    count: int
    known: CacheLookup = no_cache

    @property
    def stretch(self) -> PageSpec:
        """One post more than the page has, to see whether the list goes on."""
        return PageSpec(self.behind, self.count + 1, self.actor.id)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. posts, tags: of those that were not known already, by id.

    more: whether the list goes on.
    """

    places: tuple[FeedEntry, ...]
    posts: dict[str, Post]
    tags: dict[str, list[Tag]]
    more: bool


def read_feed(store: Store, asked: FeedFilter, turn: PageRequest) -> Page:
    """A page of published posts, in as many queries for one post as for fifty; in one if all are known."""
    with store.reading() as work:
        return _page(work, work.feed.published(asked, turn.stretch), turn)


def list_own_posts(store: Store, turn: PageRequest) -> Page:
    """A page of the actor's own posts, in any state; raises AuthenticationRequiredError."""
    if turn.actor.id is None:
        raise AuthenticationRequiredError("Only an account has posts of its own.")
    with store.reading() as work:
        return _page(work, work.feed.by_poster(turn.actor.id, turn.stretch), turn)


def _page(work: UnitOfWork, found: list[FeedEntry], turn: PageRequest) -> Page:
    places = tuple(found[: turn.count])
    known = turn.known(places)
    unknown = [place.id for place in places if place.id not in known]
    return Page(
        places=places,
        posts=work.posts.many(unknown) if unknown else {},
        tags=work.tags.of_many(unknown) if unknown else {},
        more=len(found) > turn.count,
    )


def smile(store: Store, post_id: str, actor: Actor, now: datetime) -> Smiles:
    """Smile at a post that the actor may see; raises AuthenticationRequiredError, NotFoundError."""
    with store.writing() as work:
        account_id = _smiling(work, post_id, actor)
        work.feed.smile(post_id, account_id, now)
        return work.feed.smiles(post_id, account_id)


def unsmile(store: Store, post_id: str, actor: Actor) -> Smiles:
    """Smile no longer; raises AuthenticationRequiredError, NotFoundError."""
    with store.writing() as work:
        account_id = _smiling(work, post_id, actor)
        work.feed.unsmile(post_id, account_id)
        return work.feed.smiles(post_id, account_id)


def _smiling(work: UnitOfWork, post_id: str, actor: Actor) -> str:
    if actor.id is None:
        raise AuthenticationRequiredError("Only an account can smile.")
    get_visible_post(work, post_id, actor)
    return actor.id
