"""Exact search by FAISS, with a result that does not depend on how FAISS or BLAS round.

FAISS proposes by float32 arithmetic whose rounding depends on block sizes and processors, and leaves it
open which of several equal vectors it returns. Here its candidates, and all that could tie with the
last of them, are scored again in float64; that score rounded to float32 is the similarity, and equal
similarities are ordered by row. NumPy gives the same result from the same definition.
"""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, similarities
from spark_vision.index.ranking import FAISS, Allowed, Ranking, Rows, Similarities, empty_ranking, top_k

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
        """Map what `write` wrote into memory; the caller has checked the file's digest before."""
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

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

    def vectors(self, rows: Rows) -> Embeddings:
        """See VectorIndex."""
        held: Embeddings = self._index.reconstruct_batch(rows)
        return held

    def search(self, queries: Embeddings, k: int, allowed: Allowed | None = None) -> list[Ranking]:
        """See VectorIndex."""
        held = len(self) if allowed is None else len(allowed)
        k = min(k, held)
        if k == 0 or len(queries) == 0:
            return [empty_ranking() for _ in queries]
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if allowed is not None and allowed.is_few:
            return [top_k(allowed.rows, self._similarities(query, allowed.rows), k) for query in queries]
        parameters = _parameters(allowed)
        scores, rows = self._index.search(queries, min(k + _PAD, held), params=parameters)
        rankings = []
        for query, proposed in zip(queries, zip(rows, scores, strict=True), strict=True):
            rivals = self._rivals(query, proposed, k, allowed)
            rankings.append(top_k(rivals, self._similarities(query, rivals), k))
        return rankings

    def _rivals(self, query: NDArray[np.float32], proposed: Ranking, k: int, allowed: Allowed | None) -> Rows:
        """Every row that could be among the first k, were the rounding at its worst."""
        rows, scores = proposed
        held = len(self) if allowed is None else len(allowed)
        floor = scores[k - 1] - self._slack
        if len(rows) == held or scores[-1] < floor:
            return rows
        parameters = _parameters(allowed)
        above = np.nextafter(np.float32(floor), np.float32(-2.0))
        _, _, rows = self._index.range_search(query[None], above, params=parameters)
        return np.asarray(rows, dtype=np.int64)

    def _similarities(self, query: NDArray[np.float32], rows: Rows) -> Similarities:
        return similarities(self.vectors(rows), query)


def _parameters(allowed: Allowed | None) -> Any:
    return None if allowed is None else FAISS.SearchParameters(sel=allowed.selector)
