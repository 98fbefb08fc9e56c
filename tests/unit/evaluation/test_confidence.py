import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from spark_vision.evaluation import confidence
from spark_vision.evaluation.confidence import aurc, aurc_of, fpr95, fpr95_of, reliability, risk_coverage
from spark_vision.evaluation.metrics import ece

levels = st.sampled_from([0.0, 0.2, 0.4, 1.0])
cases = st.lists(st.tuples(st.integers(0, 3), levels, st.booleans()), min_size=1, max_size=30)
draws = st.lists(st.integers(0, 3), min_size=4, max_size=4)


def arrays(rows: list[tuple[int, float, bool]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    _, photo = np.unique([number for number, _, _ in rows], return_inverse=True)
    return photo, np.array([score for _, score, _ in rows]), np.array([flag for *_, flag in rows])


@settings(max_examples=100, deadline=None)
@given(cases)
def test_fpr95_is_read_off_scikit_learns_curve(rows: list[tuple[int, float, bool]]) -> None:
    _, scores, known = arrays(rows)
    if known.all() or not known.any():
        assert fpr95(known, scores) is None
        return
    false_rates, true_rates, _ = roc_curve(known, scores, drop_intermediate=False)
    reached = [f for f, t in zip(false_rates, true_rates, strict=True) if t >= 0.95 - 1e-9]
    assert fpr95(known, scores) == min(reached)


@settings(max_examples=100, deadline=None)
@given(cases, draws)
def test_weighted_figures_are_those_of_the_repeated_queries(
    rows: list[tuple[int, float, bool]], drawn: list[int]
) -> None:
    photo, scores, flags = arrays(rows)
    counts = np.array(drawn[: photo.max() + 1])
    repeated = np.repeat(np.arange(len(photo)), counts[photo])
    weights = counts[None].astype(np.float64)
    pairs = [
        (fpr95_of(flags, scores, photo), fpr95(flags[repeated], scores[repeated])),
        (aurc_of(scores, flags, photo), aurc(scores[repeated], flags[repeated])),
    ]
    for statistic, expected in pairs:
        wanted = np.nan if expected is None else expected
        assert statistic(weights)[0] == pytest.approx(wanted, nan_ok=True)


@settings(max_examples=100, deadline=None)
@given(cases)
def test_risk_and_coverage_are_counted_at_each_threshold(rows: list[tuple[int, float, bool]]) -> None:
    _, scores, right = arrays(rows)
    curve = risk_coverage(scores, right)
    assert curve.threshold.tolist() == sorted(set(scores.tolist()), reverse=True)
    for threshold, coverage, risk in zip(curve.threshold, curve.coverage, curve.risk, strict=True):
        kept = scores >= threshold
        assert coverage == pytest.approx(kept.mean())
        assert risk == pytest.approx((~right[kept]).mean())
    each = [(~right[scores >= score]).mean() for score in scores]
    assert aurc(scores, right) == pytest.approx(np.mean(each))


def test_coverage_at_a_precision() -> None:
    curve = risk_coverage(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, True]))
    assert curve.coverage_at(1.0) == 0.5
    assert curve.coverage_at(0.75) == 1.0
    wrong = risk_coverage(np.array([0.9]), np.array([False]))
    assert wrong.coverage_at(0.5) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([np.nan, 0.0, 0.31, 0.99, 1.0]), st.booleans()), min_size=1))
def test_the_bins_of_the_diagram_add_up_to_ece(rows: list[tuple[float, bool]]) -> None:
    sure, right = np.array([p for p, _ in rows]), np.array([flag for _, flag in rows])
    bins = reliability(sure, right)
    told = sum(each.queries for each in bins)
    assert told == np.count_nonzero(~np.isnan(sure))
    if told:
        gaps = sum(each.queries * abs(each.accuracy - each.probability) for each in bins)
        assert ece(sure, right) == pytest.approx(gaps / told)


def test_the_examples_in_the_docstrings() -> None:
    outcome = doctest.testmod(confidence)
    assert (outcome.failed, outcome.attempted) == (0, 4)
