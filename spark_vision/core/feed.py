"""Where published posts are found, and smiles kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

Cursor = tuple[datetime, str] | None
"""Where a page goes on: behind this moment and id; None: from the newest."""


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """Which published posts are asked for; None asks for nothing.

    poster_id: whose; product_id: with a tag of it; any_of: with a tag of any of these products.
    """

    poster_id: str | None = None
    product_id: str | None = None
    any_of: Sequence[str] | None = None


class PageSpec(NamedTuple):
    """Which part of a list is asked for: `length` posts from behind a place, as an account sees them.

    viewer: whose smiles are theirs; None: nobody's.
    """

    behind: Cursor
    length: int
    viewer: str | None = None


class FeedEntry(NamedTuple):
    """A post's place in a list; with its version, one knows whether one has it as it is now.

    smiles: how many smiled at it; smiled: whether the viewer did.
    """

    id: str
    version: int
    at: datetime
    smiles: int
    smiled: bool


@dataclass(frozen=True, slots=True)
class Smiles:
    """How many smiled at a post, and whether the one who asks did."""

    count: int = 0
    mine: bool = False
