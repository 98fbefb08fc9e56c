"""Queries to ranked products: by any gallery, or by plain arrays where embeddings are at hand."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings
from spark_vision.core.suggestion import Match
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.results import QueryResult
from spark_vision.index.gallery import Gallery

DEPTH = 1000
"""Products ranked a query, unless the gallery has fewer: as deep as TREC's runs."""

_BLOCK = 64  # queries whose matches are in memory at one time

Probability = Callable[[Sequence[Match]], float | None]
"""From a query's ranked products to P(the first is right), or None where nothing was fitted."""


def unknown_probability(matches: Sequence[Match]) -> float | None:
    """The Probability of a service without calibration: None."""
    return None


@dataclass(frozen=True, slots=True)
class Ranker:
    """Ranks products by a gallery's own search."""

    gallery: Gallery
    depth: int = DEPTH
    probability: Probability = unknown_probability

    def rank(self, queries: Sequence[Query], embeddings: Embeddings) -> Iterator[QueryResult]:
        """One result a query, in order; embeddings: (n, dimension)."""
        for start in range(0, len(queries), _BLOCK):
            block = slice(start, start + _BLOCK)
            most = max((len(query.excluded) for query in queries[block]), default=0)
            found = self.gallery.search_products(embeddings[block], self.depth + most)
            for query, matches in zip(queries[block], found, strict=True):
                counted = [match for match in matches if match.product_id not in query.excluded]
                kept = counted[: self.depth]
                yield QueryResult.from_matches(query, kept, self.probability(kept))


class ArrayRanker:
    """Ranks products by comparing arrays: what a gallery finds, without an index.

    For experiments that hold many thousands of embeddings already, where it is ten times as quick.
    references: (m, dimension), one row a reference image; product_ids: (m,), whose image it is.
    """

    def __init__(self, references: Embeddings, product_ids: Sequence[str], depth: int = DEPTH) -> None:
        if len(references) != len(product_ids):
            raise ValueError(f"{len(references)} references of {len(product_ids)} products")
        # A product's images side by side make pooling one reduction, and ties fall by product id.
        order = sorted(range(len(product_ids)), key=product_ids.__getitem__)
        self._references = np.asarray(references)[order].astype(np.float64)
        in_order = np.array([product_ids[row] for row in order], dtype=object)
        self._starts = np.flatnonzero(
            [row == 0 or in_order[row] != in_order[row - 1] for row in range(len(order))]
        )
        self._products: list[str] = in_order[self._starts].tolist()
        self._row_of = {product_id: row for row, product_id in enumerate(self._products)}
        self._depth = depth

    def rank(self, queries: Sequence[Query], embeddings: Embeddings) -> Iterator[QueryResult]:
        """One result a query, in order; embeddings: (n, dimension)."""
        for start in range(0, len(queries), _BLOCK):
            block = slice(start, start + _BLOCK)
            for query, scores in zip(queries[block], self._scores(embeddings[block]), strict=True):
                best = self._best(self._counted(scores, query))
                ids = tuple(self._products[number] for number in best)
                yield QueryResult(query, ids, scores[best])

    def _counted(self, scores: NDArray[np.float64], query: Query) -> NDArray[np.float64]:
        """The scores with those of excluded products below all others."""
        rows = [self._row_of[each] for each in query.excluded if each in self._row_of]
        if rows:
            scores[rows] = -np.inf
        return scores

    def _scores(self, embeddings: Embeddings) -> NDArray[np.float64]:
        """Similarity of each query to each product, (queries, products)."""
        # float64 rounded to float32, as an exact index scores: equal pictures score equal.
        similarities = (embeddings.astype(np.float64) @ self._references.T).astype(np.float32)
        pooled = np.maximum.reduceat(similarities, self._starts, axis=1)
        return pooled.astype(np.float64)

    def _best(self, scores: NDArray[np.float64]) -> NDArray[np.int64]:
        if self._depth < len(scores):
            last = -np.partition(-scores, self._depth - 1)[self._depth - 1]
            candidates = np.flatnonzero(scores >= last)  # ascending, with all that tie with the last
        else:
            candidates = np.arange(len(scores))
        candidates = candidates[np.isfinite(scores[candidates])]
        order = np.argsort(-scores[candidates], kind="stable")
        return candidates[order[: self._depth]]
