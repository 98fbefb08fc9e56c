import doctest
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log2

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from spark_vision.evaluation import metrics
from spark_vision.evaluation.metric_table import Metric, compute_figures
from spark_vision.evaluation.results import QueryResult

Result = Callable[..., QueryResult]
TYPES = {"a": "Food > Milk", "b": "Food > Tea", "c": "Food > Coffee", "d": "Food > Tea", "z": "Home"}
IDS = [f"p{number}" for number in range(14)]

# Few levels, so that many similarities are equal.
levels = st.sampled_from([0.1, 0.2, 0.3, 0.4])
rankings = st.dictionaries(st.sampled_from(IDS), levels).map(
    lambda scores: sorted(scores.items(), key=lambda item: (-item[1], item[0]))
)
right_ids = st.frozensets(st.sampled_from(IDS), max_size=4).map(" ".join)
probabilities = st.one_of(st.just(float("nan")), st.sampled_from([0, 1 / 15, 0.2, 0.5, 1]), st.floats(0, 1))


@pytest.fixture
def worked(result: Result) -> list[QueryResult]:
    """Four queries whose figures can be found with a pencil."""
    return [
        result([("a", 0.9), ("b", 0.5), ("c", 0.5)], right="a", photo="1", probability=0.9),
        result([("b", 0.6), ("c", 0.5), ("a", 0.2), ("d", 0.1)], right="c d", photo="2", probability=0.6),
        result([("a", 0.3)], right="z", photo="3"),
        result([("d", 0.3), ("z", 0.1)], photo="4", probability=0.3),
    ]


def test_a_case_worked_by_hand(worked: list[QueryResult]) -> None:
    figures = {name: figure.value for name, figure in compute_figures(worked, TYPES).items()}
    assert figures == pytest.approx(
        {
            "recall@1": 1 / 3,
            "recall@5": 2 / 3,
            "recall@10": 2 / 3,
            # One right among five, also where only three or one are ranked; then two; then none.
            "precision@5": (1 / 5 + 2 / 5 + 0) / 3,
            "mrr": (1 + 1 / 2 + 0) / 3,
            "map": (1 + (1 / 2 + 2 / 4) / 2 + 0) / 3,
            # c and d at places 2 and 4, where the best order has them at 1 and 2.
            "ndcg@10": (1 + (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3)) + 0) / 3,
            # b is no right product, but has the full category of d; a (milk) is nothing like z (home).
            "category_accuracy@1": (1 + 1 + 0) / 3,
            # 0.9 and 0.6 are above the 0.3 of the fourth query, the third query's 0.3 equals it.
            "open_set_auroc": (1 + 1 + 1 / 2) / 3,
            # All known queries pass at 0.3 or above, and so does the fourth.
            "fpr@95": 1,
            # Three bins of one query: 0.9 and right, 0.6 and wrong, 0.3 and wrong.
            "ece": (0.1 + 0.6 + 0.3) / 3,
            # Not all have a probability, so similarities rank them: 0.9 right, 0.6 wrong, 0.3 twice wrong.
            "aurc": 1 / 4 * 0 + 1 / 4 * (1 / 2) + 2 / 4 * (3 / 4),
        }
    )


def test_a_query_without_right_product_has_no_ranking_values(worked: list[QueryResult]) -> None:
    for values in metrics.ranking_values(worked).values():
        assert np.isnan(values).tolist() == [False, False, False, True]


def test_equal_similarities_are_judged_in_the_order_that_is_shown(result: Result) -> None:
    tied = [result([("a", 0.5), ("b", 0.5)], right="b")]
    assert metrics.ranking_values(tied)["mrr"].tolist() == [0.5]
    # What trec_eval makes of the similarities themselves: b before a, a better figure than users get.
    by_itself = pytrec_eval.RelevanceEvaluator({"q": {"b": 1}}, {"recip_rank"})
    assert by_itself.evaluate({"q": {"a": 0.5, "b": 0.5}})["q"]["recip_rank"] == 1


def test_only_known_categories_are_compared(result: Result) -> None:
    results = [result([("a", 0.5)], right="x"), result([("x", 0.5)], right="a"), result([], right="a")]
    assert metrics.category_values(results, {**TYPES, "x": ""}) == pytest.approx([np.nan, 0, 0], nan_ok=True)


def test_figures_that_do_not_apply_are_none(result: Result) -> None:
    unknown_only = compute_figures([result([("a", 0.5)], photo=photo) for photo in "12"], TYPES)
    given = {name: figure for name, figure in unknown_only.items() if figure.value is not None}
    assert given == {"aurc": Metric(1, (1, 1))}  # whatever is suggested is wrong
    known_only = compute_figures([result([("a", 0.5)], right="a")], TYPES)
    assert [name for name, figure in known_only.items() if figure.value is None] == [
        "open_set_auroc",
        "fpr@95",
        "ece",
    ]


def naive(ids: Sequence[str], right: frozenset[str]) -> dict[str, float]:
    places = [place for place, product_id in enumerate(ids, start=1) if product_id in right]
    precisions = [found / place for found, place in enumerate(places, start=1)]
    return {
        "recall@1": float(min(places, default=99) <= 1),
        "recall@5": float(min(places, default=99) <= 5),
        "recall@10": float(min(places, default=99) <= 10),
        "precision@5": sum(place <= 5 for place in places) / 5,
        "mrr": 1 / places[0] if places else 0,
        "map": sum(precisions) / len(right),
        "ndcg@10": sum(1 / log2(place + 1) for place in places if place <= 10)
        / sum(1 / log2(place + 1) for place in range(1, min(len(right), 10) + 1)),
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(rankings, right_ids), min_size=1, max_size=6))
def test_ranking_values_equal_the_definitions(
    result: Result, cases: list[tuple[list[tuple[str, float]], str]]
) -> None:
    results = [result(ranked, right) for ranked, right in cases]
    values = metrics.ranking_values(results)
    for number, each in enumerate(results):
        found = {name: values[name][number] for name in values}
        if each.query.relevant:
            assert found == pytest.approx(naive(each.product_ids, each.query.relevant))
        else:
            assert np.isnan(list(found.values())).all()


@settings(max_examples=60, deadline=None)
@given(rankings, right_ids.filter(bool))
def test_ranking_values_equal_trec_eval_where_nothing_ties(
    result: Result, ranked: list[tuple[str, float]], right: str
) -> None:
    apart = [(product_id, 1 - place / 100) for place, (product_id, _) in enumerate(ranked)]
    values = metrics.ranking_values([result(apart, right)])
    measures = {"success.1,5,10", "recip_rank", "map", "P.5", "ndcg_cut.10"}
    evaluator = pytrec_eval.RelevanceEvaluator({"q": dict.fromkeys(right.split(), 1)}, measures)
    theirs = evaluator.evaluate({"q": dict(apart)}).get("q", dict.fromkeys(("recip_rank", "map"), 0.0))
    names = {"success_1": "recall@1", "success_5": "recall@5", "success_10": "recall@10"}
    names |= {"recip_rank": "mrr", "map": "map", "P_5": "precision@5", "ndcg_cut_10": "ndcg@10"}
    for name, value in theirs.items():
        assert values[names[name]][0] == pytest.approx(value)


def test_more_queries_than_a_block_stay_in_order(result: Result) -> None:
    results = [result([("a", 0.5), ("b", 0.4)], right="ab"[number % 2]) for number in range(600)]
    assert metrics.ranking_values(results)["recall@1"].tolist() == [1, 0] * 300


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), levels), min_size=1))
def test_auroc_is_the_share_of_pairs_in_order(cases: list[tuple[bool, float]]) -> None:
    known = [score for is_known, score in cases if is_known]
    others = [score for is_known, score in cases if not is_known]
    pairs = [(mine > theirs) + (mine == theirs) / 2 for mine in known for theirs in others]
    found = metrics.auroc(np.array([each for each, _ in cases]), np.array([each for _, each in cases]))
    assert found == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(probabilities, st.booleans())))
def test_ece_is_its_definition_bin_by_bin(cases: list[tuple[float, bool]]) -> None:
    sure = [(p, right) for p, right in cases if not np.isnan(p)]
    edges = np.linspace(0, 1, 16)
    total = 0.0
    for number, (low, high) in enumerate(pairwise(edges)):
        inside = [(p, right) for p, right in sure if low < p <= high or (number == 0 and p == 0)]
        if inside:
            accuracy = sum(right for _, right in inside) / len(inside)
            confidence = sum(p for p, _ in inside) / len(inside)
            total += len(inside) / len(sure) * abs(accuracy - confidence)
    found = metrics.ece(np.array([p for p, _ in cases]), np.array([right for _, right in cases], bool))
    assert found == (pytest.approx(total) if sure else None)


def test_the_examples_in_the_docstrings() -> None:
    outcome = doctest.testmod(metrics)
    assert (outcome.failed, outcome.attempted) == (0, 4)
