"""Suggestions as they are kept with a post."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from spark_vision.core.decision import SuggestionSnapshot
from spark_vision.core.geometry import Box
from spark_vision.core.ids import value_digest


@dataclass(frozen=True, slots=True)
class SuggestionSet:
    """What was suggested for a post's photo, once.

    items: in the shape of `suggest --json`, each suggestion with an `id`. boxes_digest: of the boxes
    that were asked for, by `boxes_digest`.
    """

    post_id: str
    index_version: str
    model: str
    boxes_digest: str
    items: tuple[dict[str, Any], ...]
    computed_at: datetime

    def find(self, suggestion_id: str) -> tuple[str, SuggestionSnapshot] | None:
        """The product of a suggestion, and what speaks for it."""
        for item, suggestion in self._all():
            if suggestion["id"] == suggestion_id:
                return suggestion["product_id"], self._evidence(item, suggestion)
        return None

    def _all(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        for item in self.items:
            for suggestion in item["suggestions"]:
                yield item, suggestion

    def _evidence(self, item: dict[str, Any], suggestion: dict[str, Any]) -> SuggestionSnapshot:
        return SuggestionSnapshot(
            suggestion["id"],
            suggestion["probability"],
            suggestion["similarity"],
            self.index_version,
            self.model,
            None if item["box"] is None else Box(**item["box"]),
        )


def boxes_digest(boxes: tuple[Box, ...]) -> str:
    """SHA-256 of boxes in their order."""
    return value_digest([[box.x, box.y, box.width, box.height] for box in boxes])


def assign_suggestion_ids(post_id: str, items: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Items with an `id` for each suggestion: the same for the same post, region and product.

    So an id outlives that suggestions are computed anew, and with it what was decided.
    """
    return tuple({**item, "suggestions": _named(post_id, item)} for item in items)


def _named(post_id: str, item: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"id": value_digest([post_id, item["box"], held["product_id"]])[:32], **held}
        for held in item["suggestions"]
    ]
