from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from scripts.spark_mini.report import figures_table
from scripts.spark_mini.statistics import Figure, accuracy, recall_at, weighted_f1


def test_recall_counts_queries_with_a_right_row_among_the_first() -> None:
    gallery = np.eye(3, dtype=np.float32)
    queries = np.array([[0.9, 0.3, 0.1], [0.1, 0.5, 0.8]], dtype=np.float32)

    assert recall_at(queries, gallery, [{0}, {1}], 1).value == 0.5
    assert recall_at(queries, gallery, [{0}, {1}], 2).value == 1.0


def test_the_interval_holds_the_value() -> None:
    figure = accuracy(np.arange(40) % 4, np.arange(40) % 5)

    assert figure.low <= figure.value <= figure.high
    assert figure.queries == 40


def test_weighted_f1_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    truth, predicted = rng.integers(0, 5, 200), rng.integers(0, 6, 200)

    expected = f1_score(truth, predicted, average="weighted", zero_division=0)

    assert weighted_f1(truth, predicted).value == pytest.approx(expected)


def test_the_table_has_a_dash_where_there_is_no_figure() -> None:
    table = figures_table({"before": {}, "after": {"x": Figure(0.25, 0.2, 0.3, 7)}})

    assert table.splitlines()[-1] == "| x | 7 | - | .250 (.200-.300) |"
