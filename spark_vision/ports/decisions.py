"""Where suggestions, tags, rejections and the log of decisions are kept."""

from collections.abc import Sequence
from typing import Protocol

from spark_vision.domain.decision import Decision
from spark_vision.domain.stored import SuggestionSet
from spark_vision.domain.tag import Rejection, Tag


class Suggestions(Protocol):
    """The suggestions of posts, one set a post."""

    def put(self, held: SuggestionSet) -> None:
        """Keep a set in place of the post's last one."""

    def of(self, post_id: str) -> SuggestionSet | None:
        """The post's set."""


class Tags(Protocol):
    """Tags and rejections as they stand."""

    def put(self, tag: Tag) -> None:
        """Keep a tag; one of the same post and product is replaced."""

    def remove(self, tag: Tag) -> None:
        """Take a tag away."""

    def get(self, tag_id: str) -> Tag | None:
        """The tag with this id."""

    def of(self, post_id: str) -> list[Tag]:
        """The post's tags, in the order in which they were made."""

    def of_many(self, post_ids: Sequence[str]) -> dict[str, list[Tag]]:
        """The tags of several posts, by post; every post is there."""

    def reject(self, rejection: Rejection) -> None:
        """Keep a rejection; there is none of the same post and product."""

    def unreject(self, rejection: Rejection) -> None:
        """Take a rejection away."""

    def rejections(self, post_id: str) -> list[Rejection]:
        """The post's rejections."""


class Decisions(Protocol):
    """The append-only log."""

    def append(self, decision: Decision) -> None:
        """Write one line."""

    def of(self, post_id: str) -> list[Decision]:
        """All that was decided of a post, oldest first; also after the post was removed."""

    def after(self, place: int, count: int) -> list[tuple[int, Decision]]:
        """The next `count` decisions behind a place in the log (0: its start), each with its own place."""
