"""What a similarity is and how rows are ordered by it, for every kind of index."""

from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings

Rows = NDArray[np.int64]
Similarities = NDArray[np.float32]
Ranking = tuple[Rows, Similarities]
"""Rows and similarities of one query, both (k,), similarity descending, ties by row."""

# FAISS's stubs know less than FAISS does.
FAISS: Any = faiss


class Allowed:
    """The rows that a search may answer with, made once a filter. mask: (rows,) bool.

    few: so many rows are scored one by one faster than an index is searched around all the others.
    """

    def __init__(self, mask: NDArray[np.bool_], few: int = 20_000) -> None:
        self._few = few
        self.rows: Rows = np.flatnonzero(mask).astype(np.int64)
        self.selector: Any = FAISS.IDSelectorBitmap(np.packbits(mask, bitorder="little"))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def is_few(self) -> bool:
        """Whether it is best to score each of them."""
        return len(self.rows) <= self._few


class VectorIndex(Protocol):
    """Vectors of one version, searched by inner product; never changes once it is loaded."""

    kind: str

    def __len__(self) -> int:
        """How many vectors there are."""

    @property
    def dimension(self) -> int:
        """Of the vectors."""

    def vectors(self, rows: Rows) -> Embeddings:
        """The vectors of some rows, (len(rows), dimension)."""

    def search(self, queries: Embeddings, k: int, allowed: Allowed | None = None) -> list[Ranking]:
        """The k most similar rows of each query (m, dimension), all where fewer are held or allowed."""


def top_k(rows: Rows, scores: Similarities, k: int) -> Ranking:
    """The first k by score, ties by row."""
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]


def empty_ranking() -> Ranking:
    """The ranking of a search that can find no row."""
    return np.empty(0, np.int64), np.empty(0, np.float32)
