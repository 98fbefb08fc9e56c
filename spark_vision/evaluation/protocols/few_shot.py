"""Few-shot: what a few confirmed photos of each product bring, as further views of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, unit_length
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.ranking import ArrayRanker
from spark_vision.evaluation.results import QueryResult

_SEED = 0


class Pooling(StrEnum):
    """What a product's similarity is. nearest: that of its closest picture or view; mean: that of one
    vector, the mean of its pictures' mean and its views' mean (a prototype, Snell et al. 2017).
    """

    NEAREST = "nearest"
    MEAN = "mean"


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
    gallery: Gallery,
    confirmed: Labelled,
    asked: Labelled,
    shots: Sequence[int],
    pooling: Pooling = Pooling.NEAREST,
) -> dict[int, list[QueryResult]]:
    """The answers to the same queries with so many confirmed views a product, by their number.

    confirmed: queries of exactly one right product each give a view; others say nothing certain. With
    more shots the views are those of fewer shots and some more. Products with fewer views get all.
    """
    order = np.random.default_rng(_SEED).permutation(len(confirmed.queries))
    answers = {}
    for count in shots:
        views = _views(confirmed, _first(confirmed, order, count))
        answers[count] = list(_ranker(gallery, views, pooling).rank(asked.queries, asked.embeddings))
    return answers


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


def _views(confirmed: Labelled, numbers: list[int]) -> Gallery:
    """Some confirmed queries as pictures of their products."""
    return Gallery(confirmed.embeddings[numbers], [min(confirmed.queries[each].relevant) for each in numbers])


def _ranker(gallery: Gallery, views: Gallery, pooling: Pooling) -> ArrayRanker:
    if pooling is Pooling.NEAREST:
        references = np.concatenate([gallery.references, views.references])
        return ArrayRanker(references, [*gallery.owners, *views.owners])
    pictures, seen = _means(gallery), _means(views)
    names = sorted(pictures.keys() | seen.keys())
    prototypes = [
        np.mean([held[name] for held in (pictures, seen) if name in held], axis=0) for name in names
    ]
    return ArrayRanker(unit_length(np.stack(prototypes)), names)


def _means(gallery: Gallery) -> dict[str, NDArray[np.float32]]:
    """The mean of each product's pictures."""
    rows: dict[str, list[int]] = {}
    for row, owner in enumerate(gallery.owners):
        rows.setdefault(owner, []).append(row)
    return {owner: gallery.references[held].mean(axis=0) for owner, held in rows.items()}
