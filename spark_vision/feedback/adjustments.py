"""What decisions taught of single products, ready to be searched."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, similarities
from spark_vision.core.suggestion import Match
from spark_vision.feedback.view_weighting import rejection_penalty


@dataclass(frozen=True)
class ProductAdjustment:
    """One product. rows, images: of its m reference images; pictures: their embeddings, (m, dimension);
    prototypes: the same, drawn towards confirmed photos; confirmed, rejected: photos, (n, dimension).
    """

    product_id: str
    rows: NDArray[np.int64]
    images: tuple[str, ...]
    pictures: Embeddings
    prototypes: Embeddings
    confirmed: Embeddings
    rejected: Embeddings


class AdjustmentTable:
    """Many products' lessons, scored together. same_look: see `domain.looks.drop`."""

    def __init__(self, lessons: Sequence[ProductAdjustment], dimension: int, same_look: float) -> None:
        self._lessons = sorted(lessons, key=lambda lesson: lesson.product_id)
        self.ids = [lesson.product_id for lesson in self._lessons]
        self._same_look = same_look
        empty = np.zeros((0, dimension), np.float32)
        self._prototypes = np.concatenate([empty, *(lesson.prototypes for lesson in self._lessons)])
        self._starts = np.cumsum([0, *(len(lesson.rows) for lesson in self._lessons)])[:-1].astype(np.int64)
        self._refused = [number for number, lesson in enumerate(self._lessons) if len(lesson.rejected)]

    def scores(self, query: NDArray[np.float32], photo: NDArray[np.float32]) -> NDArray[np.float32]:
        """Each product's similarity, (products,), in the order of `ids`, which ascends.

        query: what is searched with; photo: the same as it was encoded, for rejected photos.
        """
        if not self._lessons:
            return np.zeros(0, np.float32)
        best = np.maximum.reduceat(similarities(self._prototypes, query), self._starts)
        for number in self._refused:
            lesson = self._lessons[number]
            best[number] -= np.float32(
                rejection_penalty(photo, lesson.rejected, lesson.confirmed, self._same_look)
            )
        return best

    def match(self, number: int, query: NDArray[np.float32], score: np.float32) -> Match:
        """A product's match: the reference image whose prototype is closest, the first of several."""
        lesson = self._lessons[number]
        near = similarities(lesson.prototypes, query)
        first, similarity = int(near.argmax()), float(score)
        plain, dropped = float(similarities(lesson.pictures, query).max()), float(near.max()) - similarity
        # Less than its pictures alone have it without a rejection: confirmed photos look otherwise than this
        # one, and nobody said no.
        moved = -dropped if dropped > 0 else max(similarity - plain, 0.0)
        return Match(int(lesson.rows[first]), lesson.product_id, lesson.images[first], similarity, moved)
