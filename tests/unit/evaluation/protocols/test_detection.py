import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from spark_vision.core.geometry import Box
from spark_vision.evaluation.protocols import detection
from spark_vision.evaluation.protocols.detection import (
    Proposal,
    Truth,
    average_precision,
    detection_figures,
    iou,
)

grid = st.integers(0, 6)
boxes = st.tuples(grid, grid, st.integers(1, 6), st.integers(1, 6)).filter(
    lambda b: b[0] + b[2] <= 8 and b[1] + b[3] <= 8
)


@settings(max_examples=100, deadline=None)
@given(boxes, boxes)
def test_iou_counts_shared_cells(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    first, second = (
        {(x, y) for x in range(b[0], b[0] + b[2]) for y in range(b[1], b[1] + b[3])} for b in (one, other)
    )
    found = iou(Box(*(value / 8 for value in one)), Box(*(value / 8 for value in other)))
    assert found == pytest.approx(len(first & second) / len(first | second))


LEFT, RIGHT, NOWHERE = Box(0, 0, 0.5, 1), Box(0.5, 0, 0.5, 1), Box(0.4, 0.4, 0.1, 0.1)


def test_a_case_worked_by_hand() -> None:
    proposed = {
        "1": [
            Proposal(LEFT, 0.9, ("mug", "vase")),
            Proposal(LEFT, 0.8, ("mug",)),
            Proposal(RIGHT, 0.7, ("cup",)),
        ],
        "2": [Proposal(NOWHERE, 0.6)],
    }
    true = {
        "1": [Truth(LEFT, frozenset({"vase"})), Truth(RIGHT, frozenset({"bowl"}))],
        "3": [Truth(LEFT, frozenset({"mug"}))],
    }
    found = detection_figures(proposed, true)
    # Found: left by the surest, right by the third; the second proposal of left is false, so is photo 2's.
    assert found.recall == pytest.approx(2 / 3)
    assert found.precision == pytest.approx(2 / 4)
    # Precision is 1 at the first find, 2/3 at the second; the third true box is never found.
    assert found.average_precision == pytest.approx(1 / 3 * 1 + 1 / 3 * (2 / 3))
    assert found.found_product == pytest.approx(1 / 3)
    assert (found.truths, found.proposals) == (3, 4)


def test_nothing_to_find_and_nothing_proposed() -> None:
    nothing = detection_figures({}, {})
    assert (nothing.recall, nothing.precision, nothing.average_precision) == (None, None, None)
    silent = detection_figures({"1": []}, {"1": [Truth(LEFT)]})
    assert (silent.recall, silent.precision, silent.average_precision) == (0, None, 0)
    noise = detection_figures({"1": [Proposal(LEFT, 1)]}, {"1": []})
    assert (noise.recall, noise.precision) == (None, 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=12).filter(any))
def test_average_precision_is_at_least_scikit_learns_which_does_not_interpolate(hits: list[bool]) -> None:
    scores = np.linspace(1, 0.1, len(hits))
    theirs = average_precision_score(hits, scores)
    ours = average_precision(scores, np.array(hits), sum(hits))
    assert theirs - 1e-12 <= ours <= 1 + 1e-12
    if hits == sorted(hits, reverse=True):
        assert (ours, theirs) == pytest.approx((1, 1))


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(detection).failed == 0
