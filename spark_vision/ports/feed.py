"""Where published posts are found, and smiles kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from spark_vision.domain.post import Post


@dataclass(frozen=True, slots=True)
class Asked:
    """Which published posts are asked for; None asks for nothing.

    poster_id: whose; product_ids: those with a tag of any of these; behind: the moment and id of
    the last post of the page before.
    """

    poster_id: str | None = None
    product_ids: Sequence[str] | None = None
    behind: tuple[datetime, str] | None = None


@dataclass(frozen=True, slots=True)
class Smiles:
    """How many smiled at a post, and whether the one who asks did."""

    count: int = 0
    mine: bool = False


class Feed(Protocol):
    """Published posts, and smiles, of one transaction."""

    def published(self, asked: Asked, count: int) -> list[Post]:
        """The next `count` published posts, newest first, ties by id, largest first."""

    def by_poster(self, poster_id: str, behind: tuple[datetime, str] | None, count: int) -> list[Post]:
        """The next `count` posts of an account in any state, by when they were made, newest first."""

    def smile(self, post_id: str, account_id: str, now: datetime) -> None:
        """Keep that an account smiles at a post; again: nothing changes."""

    def unsmile(self, post_id: str, account_id: str) -> None:
        """An account no longer smiles at a post; nothing changes where it did not."""

    def smiles(self, post_ids: Sequence[str], account_id: str | None) -> dict[str, Smiles]:
        """The smiles at several posts, by post; every post is there."""
