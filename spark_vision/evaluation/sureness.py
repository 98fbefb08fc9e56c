"""Probabilities from nothing but a ranking: what similarity and margin alone tell of being right.

A baseline that any calibration of suggestions should beat, and a way to draw reliability diagrams of runs
that have no probabilities of their own.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from spark_vision.evaluation.figures import correct
from spark_vision.evaluation.results import QueryResult, photo_numbers

FOLDS = 5


def cross_fitted(results: Sequence[QueryResult], folds: int = FOLDS, seed: int = 0) -> list[QueryResult]:
    """The same answers with P(the first is right), by logistic regression fitted on other photos.

    Photos are dealt into folds, and each fold's probabilities come from a fit on the others. Where all the
    others are right, or all wrong, the probability is their share of right ones with one success and one
    failure added.
    """
    features, right = ranking_features(results), correct(results)
    fold = _folds(photo_numbers(results), folds, seed)
    probabilities = np.empty(len(results))
    for number in range(folds):
        asked, others = fold == number, fold != number
        if asked.any():
            probabilities[asked] = _fitted(features[others], right[others], features[asked])
    return [
        replace(result, probability=float(probability))
        for result, probability in zip(results, probabilities, strict=True)
    ]


def ranking_features(results: Sequence[QueryResult]) -> NDArray[np.float64]:
    """Of each ranking the first similarity, and by how much it is above the second, (n, 2)."""
    rows = []
    for result in results:
        second = result.similarities[1] if len(result.similarities) > 1 else -1.0
        rows.append((result.top_similarity, result.top_similarity - float(second)))
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def _folds(photo: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each query, (n,); all of a photo are in one."""
    photos = int(photo.max(initial=-1)) + 1
    dealt = np.random.default_rng(seed).permutation(np.arange(photos) % folds)
    return dealt[photo]


def _fitted(
    features: NDArray[np.float64], right: NDArray[np.bool_], asked: NDArray[np.float64]
) -> NDArray[np.float64]:
    if right.all() or not right.any():
        return np.full(len(asked), (right.sum() + 1) / (len(right) + 2))
    model = make_pipeline(StandardScaler(), LogisticRegression())
    found: NDArray[np.float64] = model.fit(features, right).predict_proba(asked)[:, 1]
    return found
