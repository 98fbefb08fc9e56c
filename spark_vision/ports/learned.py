"""Where learned views are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spark_vision.domain.box import Box
from spark_vision.domain.learned import LearnedView
from spark_vision.ports.feed import Behind


@dataclass(frozen=True, slots=True)
class KeptView:
    """A view with what is kept beside it. revision: of the store when it changed last.

    encoder: the fingerprint of what made the vector; vector: (dimension,) float32; both None till then.
    """

    view: LearnedView
    revision: int
    encoder: str | None
    vector: NDArray[np.float32] | None


class LearnedViews(Protocol):
    """The learned views of one transaction. Each change raises the store's revision."""

    def add(self, view: LearnedView) -> None:
        """Keep a new view."""

    def move(self, view_id: str, box: Box | None) -> None:
        """It is of another region now; the vector is dropped. Nothing where it was so already, or is none."""

    def withdraw(self, view_id: str, at: datetime) -> None:
        """Its decision no longer holds; the vector is dropped. Without such a view, nothing."""

    def withdraw_post(self, post_id: str, at: datetime) -> None:
        """The same for all views of a post."""

    def held(self, view_id: str) -> LearnedView | None:
        """The view, and nobody else changes it before this transaction ends."""

    def save(self, view: LearnedView) -> LearnedView:
        """Write a held view; what is returned has the next version."""

    def removal(self, view: LearnedView) -> LearnedView | None:
        """A removed view of the same poster, product, photo and stance, the last one removed."""

    def revision(self) -> int:
        """A number that rises with each change by any process."""

    def changed(self, after: int) -> list[KeptView]:
        """The views that changed after a revision, by revision and id."""

    def keep_vector(self, view: LearnedView, encoder: str, vector: NDArray[np.float32]) -> None:
        """Keep a view's embedding, unless the view was changed or withdrawn by now. The revision stays."""

    def count(self) -> int:
        """How many views stand."""

    def page(self, product_id: str, behind: Behind, count: int) -> list[LearnedView]:
        """Views that are not withdrawn, newest first; product_id: of one product; empty: of all."""
