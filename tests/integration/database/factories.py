"""A room to post in, and doubles of what is around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from spark_vision.core.account import Actor, Role
from spark_vision.core.decision import Decision, DecisionKind
from spark_vision.core.errors import StoreUnavailableError
from spark_vision.core.geometry import Box
from spark_vision.core.post import Photo, Post
from spark_vision.database.photo_files import FsspecPhotoFiles
from spark_vision.database.store import Store, UnitOfWork
from spark_vision.media.sanitise import CleanPhoto, sanitise_photo
from spark_vision.social.accounts import add_account, authenticate
from spark_vision.tagging.context import ANY_VERSION, TaggingContext
from spark_vision.tagging.posts import create_post
from spark_vision.tagging.suggestions import PostSuggestions, compute_suggestions
from spark_vision.tagging.tags import ChangeRequest
from tests.fakes import encoded, noise

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def picture(seed: int, width: int = 700, height: int = 500) -> CleanPhoto:
    return sanitise_photo(encoded(noise(seed, width, height)))


def someone(store: Store, name: str, role: Role = Role.POSTER) -> Actor:
    return authenticate(store, add_account(store, name, role, NOW).secret)


def draft(room: TaggingContext, actor: Actor, seed: int = 0, caption: str = "") -> Post:
    return create_post(room, actor, picture(seed), caption, NOW)


def ask(actor: Actor, post: Post) -> ChangeRequest:
    return ChangeRequest(actor, post.id, ANY_VERSION, NOW)


@dataclass
class FewProducts:
    """A Looker that finds the same products everywhere."""

    products: tuple[str, ...] = ("mug", "bowl", "lamp")
    index_version: str = "v1"
    model: str = "fake"
    asked: list[tuple[Box, ...]] = field(default_factory=list)

    def items(self, photo: bytes, boxes: Sequence[Box]) -> list[dict[str, Any]]:
        assert photo.startswith(b"\xff\xd8")
        self.asked.append(tuple(boxes))
        return [self._item(box) for box in [*boxes, None]]

    def _item(self, box: Box | None) -> dict[str, Any]:
        numbers = None if box is None else {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        found = [
            {"product_id": name, "title": name, "probability": 0.5, "similarity": 0.25, "reference_image": ""}
            for name in self.products
        ]
        return {"box": numbers, "suggestions": found, "no_match": None}


class BrokenLearnerError(Exception):
    """What a Notebook raises when it is told to."""


@dataclass
class Notebook:
    """A Learner that writes down what it is told, and fails when it is told to."""

    told: list[tuple[str, DecisionKind, str]] = field(default_factory=list)
    broken: bool = False

    def decided(self, work: UnitOfWork, decision: Decision) -> None:
        self._note("decided", decision)

    def moved(self, work: UnitOfWork, decision: Decision, first: str) -> None:
        self._note("moved", decision)

    def withdrawn(self, work: UnitOfWork, decision: Decision) -> None:
        self._note("withdrawn", decision)

    def shown(self, work: UnitOfWork, post_id: str) -> None:
        """Nothing."""

    def forgotten(self, work: UnitOfWork, post_id: str) -> None:
        if self.broken:
            raise BrokenLearnerError

    def _note(self, what: str, decision: Decision) -> None:
        if self.broken:
            raise BrokenLearnerError
        self.told.append((what, decision.kind, decision.product_id))


class FailingFiles(FsspecPhotoFiles):
    """Photo files on a disk that fails when it is told to."""

    broken = False

    def write(self, photo: Photo, files: Mapping[int, bytes]) -> None:
        self._perhaps_fail()
        super().write(photo, files)

    def remove(self, photo: Photo) -> None:
        self._perhaps_fail()
        super().remove(photo)

    def _perhaps_fail(self) -> None:
        if self.broken:
            raise StoreUnavailableError("Input/output error")


def suggestions(
    room: TaggingContext, actor: Actor, post: Post, looker: FewProducts | None = None
) -> PostSuggestions:
    return compute_suggestions(room, actor, post.id, looker or FewProducts(), NOW)


def suggestion_id(shown: PostSuggestions, product_id: str) -> str:
    """Of the whole photo."""
    return next(
        held["id"] for held in shown.held.items[-1]["suggestions"] if held["product_id"] == product_id
    )
