from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spark_vision.core.errors import InvalidInputError
from spark_vision.evaluation.compare import compare, permutation_test
from spark_vision.evaluation.intervals import Resampling
from spark_vision.evaluation.results import QueryResult

Result = Callable[..., QueryResult]
MANY = Resampling(resamples=20_000)


def run(result: Result, right_first: list[bool]) -> list[QueryResult]:
    """Queries of which the first suggestion is right or wrong."""
    rankings = {True: [("a", 0.9), ("b", 0.1)], False: [("b", 0.9), ("a", 0.1)]}
    return [
        result(rankings[right], right="a", photo=f"{number}.jpg") for number, right in enumerate(right_first)
    ]


def test_the_difference_is_of_the_same_queries_whatever_their_order(result: Result) -> None:
    first, second = run(result, [True, True, True, False]), run(result, [True, False, False, False])
    found = compare(first, second[::-1], {})
    recall = found["recall@1"]
    assert (recall.first, recall.second, recall.difference) == (0.75, 0.25, 0.5)
    assert recall.interval is not None
    assert recall.interval[0] <= 0.5 <= recall.interval[1]
    assert found["recall@5"].difference == 0
    assert found["aurc"].p is None
    assert "ece" not in found


def test_a_run_does_not_differ_from_itself(result: Result) -> None:
    same = run(result, [True, False, True])
    for difference in compare(same, same, {}).values():
        assert (difference.difference, difference.interval) == (0, (0, 0))
        assert difference.p in (1, None)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0])), min_size=1))
def test_p_is_near_the_share_of_all_flips(cases: list[tuple[int, float]]) -> None:
    _, photo = np.unique([number for number, _ in cases], return_inverse=True)
    values = np.array([value for _, value in cases])
    sums = np.bincount(photo, weights=values)
    flips = [abs(np.dot(signs, sums)) for signs in product([-1, 1], repeat=len(sums))]
    exact = np.mean([flip >= abs(sums.sum()) - 1e-12 for flip in flips])
    assert permutation_test(values, photo, MANY) == pytest.approx(exact, abs=0.02)


def test_crops_of_one_photo_are_no_further_evidence() -> None:
    values = np.array([1.0, 1.0, 1.0, -1.0])
    once = permutation_test(values, np.arange(4), MANY)
    five_crops = permutation_test(np.repeat(values, 5), np.repeat(np.arange(4), 5), MANY)
    assert once == five_crops == pytest.approx(10 / 16, abs=0.02)


def test_queries_that_do_not_count_are_left_out() -> None:
    assert permutation_test(np.array([np.nan, 1.0]), np.arange(2), MANY) == 1
    assert permutation_test(np.array([np.nan]), np.arange(1), MANY) == 1


def test_other_queries_and_other_answers_are_refused(result: Result) -> None:
    first = run(result, [True, True])
    with pytest.raises(InvalidInputError, match=r"not of the same queries: 1 are in one of them only"):
        compare(first, first[:1], {})
    elsewhere = replace(first[0].query, photo=Path("0.jpeg"))
    with pytest.raises(InvalidInputError, match=r"2 are in one of them only.*such as"):
        compare(first, [QueryResult(elsewhere, first[0].product_ids, first[0].similarities), first[1]], {})
    told = replace(first[0].query, relevant=frozenset("b"))
    with pytest.raises(InvalidInputError, match="do not agree what is right"):
        compare(first, [QueryResult(told, first[0].product_ids, first[0].similarities), first[1]], {})
