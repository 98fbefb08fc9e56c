"""Where posts and their photos' records are kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from spark_vision.domain.post import Photo, Post, PostState


@dataclass(frozen=True, slots=True)
class Tally:
    """How many posts there are, and how many smiles at them."""

    posts: int
    smiles: int


class Posts(Protocol):
    """The posts of one transaction."""

    def add(self, post: Post) -> None:
        """Keep a new post; its photo must be kept."""

    def get(self, post_id: str) -> Post | None:
        """The post with this id."""

    def many(self, post_ids: Collection[str]) -> dict[str, Post]:
        """Those of some posts that are there, by id."""

    def drafts(self, poster_id: str, count: int) -> list[Post]:
        """An account's drafts, newest first, ties by id."""

    def tally(self, poster_id: str) -> dict[PostState, Tally]:
        """An account's posts by state, where there are any; in one query."""

    def held(self, post_id: str) -> Post | None:
        """The same, and nobody else changes the post before this transaction ends."""

    def save(self, post: Post) -> Post:
        """Write a held post's caption, state and boxes; what is returned has the next version."""

    def remove(self, post_id: str) -> None:
        """Remove a post with its suggestions, tags and rejections; its decisions stay."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whether a photo's files are there already, and the token of the time that they are."""

    there: bool
    token: str


class Photos(Protocol):
    """What is known of photo files: written before they arrive, removed after they left.

    A photo whose file should be there is `kept`. `arriving` and `leaving` ones are in someone's hands, or
    were when a process ended; either way nothing shows them.
    """

    def arrive(self, photo: Photo, now: datetime) -> Arrival:
        """Note that the files are about to be written, unless they are kept already."""

    def keep(self, digest: str, token: str) -> bool:
        """The files are there; false where they were taken away since `arrive`: then begin again."""

    def leave_unless_used(self, digest: str) -> bool:
        """Note that the files are about to be removed; false where a post still shows them."""

    def forget(self, digest: str) -> bool:
        """Drop the note of a photo that is leaving; false where it is not. Holds it till the end."""

    def unsettled(self) -> list[Photo]:
        """The photos that are arriving or leaving."""

    def kept(self, after: str, count: int) -> list[Photo]:
        """The next `count` kept photos behind a digest, by digest."""
