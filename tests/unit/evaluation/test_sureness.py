from collections.abc import Callable

import numpy as np
import pytest

from spark_vision.evaluation.figures import compute_figures
from spark_vision.evaluation.results import QueryResult
from spark_vision.evaluation.sureness import cross_fitted, ranking_features

Result = Callable[..., QueryResult]


def made_up(result: Result, count: int = 400) -> list[QueryResult]:
    """Answers that are the more often right the larger their margin."""
    rng = np.random.default_rng(0)
    results = []
    for number in range(count):
        margin = float(rng.uniform(0, 0.4))
        right = rng.random() < 1 / (1 + np.exp(-20 * (margin - 0.2)))
        results.append(
            result([("a", 0.5 + margin), ("b", 0.5)], right="a" if right else "c", photo=f"{number // 2}")
        )
    return results


def test_probabilities_mean_what_they_say(result: Result) -> None:
    figures = compute_figures(cross_fitted(made_up(result)), {})
    assert figures["ece"].value is not None
    assert figures["ece"].value < 0.08
    assert figures["aurc"].value is not None
    assert figures["aurc"].value < 0.2


def test_a_photo_is_never_judged_by_a_fit_that_saw_it(result: Result) -> None:
    results = made_up(result, 40)
    before = cross_fitted(results)
    turned = [result([("a", 0.9), ("b", 0.1)], right="c", photo="0"), *results[1:]]
    after = cross_fitted(turned)
    # The second query is of the same photo: what is right for the first must not move it.
    assert before[1].probability == pytest.approx(after[1].probability)
    assert [one.probability for one in before] != [other.probability for other in after]


def test_the_same_seed_gives_the_same_probabilities(result: Result) -> None:
    results = made_up(result, 60)
    assert cross_fitted(results)[7].probability == cross_fitted(results)[7].probability


def test_where_all_are_right_nothing_is_certain(result: Result) -> None:
    results = [result([("a", 0.9)], right="a", photo=str(number)) for number in range(10)]
    assert {each.probability for each in cross_fitted(results)} == {9 / 10}


def test_short_rankings_have_features(result: Result) -> None:
    assert ranking_features([result([("a", 0.5)]), result([])]).tolist() == [[0.5, 1.5], [-1, 0]]
    assert ranking_features([]).shape == (0, 2)
