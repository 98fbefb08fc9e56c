"""Few-shot: what a few confirmed photos of each product bring, as further views of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.domain.embedding import Embeddings
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.ranking import ArrayRanker
from spark_vision.evaluation.results import QueryResult


@dataclass(frozen=True)
class Labelled:
    """Queries with their embeddings, (n, dimension)."""

    queries: Sequence[Query]
    embeddings: Embeddings

    def only(self, numbers: Sequence[int]) -> "Labelled":
        """Some of them."""
        return Labelled([self.queries[number] for number in numbers], self.embeddings[list(numbers)])


@dataclass(frozen=True)
class Gallery:
    """Reference images: embeddings (m, dimension), and the product of each."""

    references: Embeddings
    owners: Sequence[str]


def split_by_photo(queries: Sequence[Query], share: float, seed: int) -> tuple[list[int], list[int]]:
    """Numbers of the queries whose views are confirmed, and of those that are looked up.

    No photo is in both: crops of one photo resemble each other in more than the product.
    """
    photos = sorted({query.photo for query in queries})
    order = np.random.default_rng(seed).permutation(len(photos))
    chosen = {photos[number] for number in order[: round(share * len(photos))]}
    sides: tuple[list[int], list[int]] = ([], [])
    for number, query in enumerate(queries):
        sides[query.photo not in chosen].append(number)
    return sides


def few_shot(
    gallery: Gallery, confirmed: Labelled, asked: Labelled, shots: Sequence[int], seed: int = 0
) -> dict[int, list[QueryResult]]:
    """The answers to the same queries with so many confirmed views a product, by their number.

    confirmed: queries of exactly one right product each give a view; others say nothing certain. With
    more shots the views are those of fewer shots and some more. Products with fewer views get all.
    """
    order = np.random.default_rng(seed).permutation(len(confirmed.queries))
    return {count: _answers(gallery, confirmed, asked, _first(confirmed, order, count)) for count in shots}


def _first(confirmed: Labelled, order: NDArray[np.int64], count: int) -> list[int]:
    """Numbers of the first so many views of each product, in a drawn order."""
    given: dict[str, int] = {}
    chosen = []
    for number in order.tolist():
        right = confirmed.queries[number].relevant
        if len(right) != 1:
            continue
        (product_id,) = right
        if given.get(product_id, 0) < count:
            given[product_id] = given.get(product_id, 0) + 1
            chosen.append(number)
    return chosen


def _answers(gallery: Gallery, confirmed: Labelled, asked: Labelled, views: list[int]) -> list[QueryResult]:
    owners = [*gallery.owners, *(min(confirmed.queries[number].relevant) for number in views)]
    references = np.concatenate([gallery.references, confirmed.embeddings[views]])
    return list(ArrayRanker(references, owners).rank(asked.queries, asked.embeddings))
