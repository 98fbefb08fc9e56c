"""Open set: some products are taken out of the catalogue, and photos of them should be told apart."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from spark_vision.evaluation.results import QueryResult


def draw_products(product_ids: Iterable[str], share: float, seed: int) -> frozenset[str]:
    """A share of the products (rounded), by seed.

    >>> len(draw_products("abcdef", 1 / 3, seed=0))
    2
    """
    held = sorted(set(product_ids))
    count = round(share * len(held))
    drawn = np.random.default_rng(seed).choice(len(held), count, replace=False)
    return frozenset(held[number] for number in drawn)


def take_out(results: Sequence[QueryResult], removed: frozenset[str]) -> list[QueryResult]:
    """The answers as they would be without some products, computed from the answers with them.

    Where ranking stopped at a depth, it stops that much earlier. Probabilities are dropped: they were of
    a first suggestion that may be gone.
    """
    return [_without(result, removed) for result in results]


def _without(result: QueryResult, removed: frozenset[str]) -> QueryResult:
    places = [place for place, each in enumerate(result.product_ids) if each not in removed]
    query = replace(result.query, relevant=result.query.relevant - removed)
    ids = tuple(result.product_ids[place] for place in places)
    return QueryResult(query, ids, result.similarities[places])
