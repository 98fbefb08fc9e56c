"""Figures with bootstrap intervals: retrieval and zero-shot classification from plain arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Labels = NDArray[np.int64]
RESAMPLES = 1000


@dataclass(frozen=True)
class Figure:
    """A value (0..1) with its 95 % bootstrap interval over ``queries`` queries."""

    value: float
    low: float
    high: float
    queries: int


def recall_at(queries: Array, gallery: Array, right: list[set[int]], k: int) -> Figure:
    """Share of queries with a right gallery row among the ``k`` most similar.

    Args:
        queries: float32 (n, d), unit length.
        gallery: float32 (m, d), unit length.
        right: for each query the gallery rows that are right, at least one.
        k: how many results count.
    """
    best = np.argsort(-(queries @ gallery.T), axis=1, kind="stable")[:, :k]
    pairs = zip(best.tolist(), right, strict=True)
    hits = np.array([bool(wanted.intersection(row)) for row, wanted in pairs])
    return _with_interval(len(hits), lambda rows: float(hits[rows].mean()))


def accuracy(truth: Labels, predicted: Labels) -> Figure:
    """Share of equal labels, both int64 of shape (n,)."""
    equal = truth == predicted
    return _with_interval(len(equal), lambda rows: float(equal[rows].mean()))


def weighted_f1(truth: Labels, predicted: Labels) -> Figure:
    """Mean F1 of the classes, weighted by how often each is the truth; int64 of shape (n,)."""
    return _with_interval(len(truth), lambda rows: _weighted_f1(truth[rows], predicted[rows]))


def _weighted_f1(truth: Labels, predicted: Labels) -> float:
    classes = int(max(truth.max(), predicted.max())) + 1
    support = np.bincount(truth, minlength=classes)
    found = np.bincount(truth[truth == predicted], minlength=classes)
    claimed = np.bincount(predicted, minlength=classes)
    f1 = 2 * found / np.maximum(support + claimed, 1)
    return float((f1 * support).sum() / support.sum())


def _with_interval(size: int, statistic: Callable[[Labels], float]) -> Figure:
    rng = np.random.default_rng(0)
    values = [statistic(rng.integers(0, size, size)) for _ in range(RESAMPLES)]
    low, high = np.quantile(values, (0.025, 0.975))
    return Figure(statistic(np.arange(size)), float(low), float(high), size)
