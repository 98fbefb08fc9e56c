"""Exact search by FAISS, with a result that does not depend on how FAISS or BLAS round.

FAISS proposes by float32 arithmetic whose rounding depends on block sizes and processors, and leaves it
open which of several equal vectors it returns. Here its candidates, and all that could tie with the
last of them, are scored again in float64; that score rounded to float32 is the similarity, and equal
similarities are ordered by row. NumPy gives the same result from the same definition.
"""

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from spark_vision.domain.embedding import Embeddings

Rows = NDArray[np.int64]
Similarities = NDArray[np.float32]
Ranking = tuple[Rows, Similarities]
"""Rows and similarities of one query, both (k,), similarity descending, ties by row."""

_FLOAT32_ROUNDING = 2.0**-24
_PAD = 16


class ExactIndex:
    """All vectors, compared one by one: inner product, no approximation."""

    kind = "flat"

    def __init__(self, index: faiss.Index) -> None:
        self._index = index
        # A bound on what float32 summation of `dimension` products of unit vectors can be off by.
        self._slack = 2 * index.d * _FLOAT32_ROUNDING

    @classmethod
    def empty(cls, dimension: int) -> "ExactIndex":
        """An index of vectors of so many dimensions, without any yet."""
        return cls(faiss.IndexFlatIP(dimension))

    @classmethod
    def read(cls, path: Path) -> "ExactIndex":
        """Read what `write` wrote; the caller has checked the file's digest before."""
        return cls(faiss.read_index(str(path)))

    def write(self, path: Path) -> None:
        """Write FAISS's own file format."""
        faiss.write_index(self._index, str(path))

    def add(self, vectors: Embeddings) -> None:
        """Append vectors (n, dimension), unit length; their rows go on from the last one."""
        self._index.add(np.ascontiguousarray(vectors))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Of the vectors."""
        return int(self._index.d)

    def search(self, queries: Embeddings, k: int) -> list[Ranking]:
        """The k most similar rows of each query (m, dimension); all rows where there are fewer."""
        k = min(k, len(self))
        if k == 0 or len(queries) == 0:
            return [(np.empty(0, np.int64), np.empty(0, np.float32)) for _ in queries]
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        scores, rows = self._index.search(queries, min(k + _PAD, len(self)))
        return [self._ranked(query, rows[number], scores[number], k) for number, query in enumerate(queries)]

    def _ranked(
        self,
        query: NDArray[np.float32],
        rows: NDArray[np.int64],
        scores: NDArray[np.float32],
        k: int,
    ) -> Ranking:
        # Every row that could be among the first k, were the rounding at its worst.
        floor = scores[k - 1] - self._slack
        if len(rows) < len(self) and scores[-1] >= floor:
            rows = self._above(query, float(floor))
        similarities = self._similarities(query, rows)
        order = np.lexsort((rows, -similarities))[:k]
        return rows[order], similarities[order]

    def _above(self, query: NDArray[np.float32], floor: float) -> NDArray[np.int64]:
        _, _, rows = self._index.range_search(query[None], np.nextafter(np.float32(floor), -2.0))
        return np.asarray(rows, dtype=np.int64)

    def _similarities(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        vectors = self._index.reconstruct_batch(rows).astype(np.float64)
        # einsum sums every row in the same order, so that equal vectors score exactly equal.
        exact = np.einsum("ij,j->i", vectors, query.astype(np.float64))
        similarities: NDArray[np.float32] = exact.astype(np.float32)
        return similarities
