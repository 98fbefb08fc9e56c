from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from spark_vision.core.suggestion import Match
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.results import QueryResult, photo_numbers

Result = Callable[..., QueryResult]


@pytest.mark.parametrize(
    ("ranked", "reason"),
    [
        ([("a", 0.5), ("b", 0.6)], "descend"),
        ([("b", 0.5), ("a", 0.5)], "ascend by id"),
        ([("a", 0.5), ("b", 0.4), ("a", 0.3)], "ranked once"),
        ([("a", float("nan"))], "finite"),
    ],
)
def test_a_ranking_that_is_none_is_refused(
    result: Result, ranked: list[tuple[str, float]], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        result(ranked)


def test_products_and_similarities_are_as_many(result: Result) -> None:
    query = result([]).query
    with pytest.raises(ValueError, match="2 products"):
        QueryResult(query, ("a", "b"), np.array([0.5]))


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_a_probability_is_a_share(result: Result, probability: float) -> None:
    with pytest.raises(ValueError, match=r"within 0\.\.1"):
        result([("a", 0.5)], probability=probability)


def test_a_result_does_not_change_with_the_array_it_was_made_of(result: Result) -> None:
    scores = np.array([0.5, 0.4])
    made = QueryResult(result([]).query, ("a", "b"), scores)
    scores[:] = 0
    assert made.similarities.tolist() == [0.5, 0.4]
    with pytest.raises(ValueError, match="read-only"):
        made.similarities[0] = 1


def test_from_pooled_matches() -> None:
    query = Query(Path("a.jpg"), None, frozenset({"b"}), "val", 2)
    made = QueryResult.from_matches(query, [Match(4, "b", "b.png", 0.75), Match(1, "a", "a.png", 0.5)], 0.9)
    assert (made.product_ids, made.similarities.tolist()) == (("b", "a"), [0.75, 0.5])
    assert (made.top_similarity, made.correct, made.probability) == (0.75, True, 0.9)


def test_nothing_suggested_is_least_similar_and_wrong(result: Result) -> None:
    assert (result([], right="a").top_similarity, result([], right="a").correct) == (-1.0, False)


def test_photos_are_numbered_by_first_appearance(result: Result) -> None:
    results = [result([], photo=photo) for photo in ("b", "a", "b", "c")]
    assert photo_numbers(results).tolist() == [0, 1, 0, 2]
