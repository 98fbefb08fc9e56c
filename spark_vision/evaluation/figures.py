"""From results to figures: pure, so that stored results can be judged again in seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.evaluation import intervals, metrics
from spark_vision.evaluation.intervals import DEFAULT_RESAMPLING, Interval, Resampling, Statistic
from spark_vision.evaluation.results import QueryResult, photo_numbers


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its interval; both None where it does not apply to the queries."""

    value: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class _Measured:
    """A figure's value, and how it depends on the photos that were drawn."""

    value: float | None
    statistic: Statistic


def compute_figures(
    results: Sequence[QueryResult],
    product_types: Mapping[str, str],
    resampling: Resampling = DEFAULT_RESAMPLING,
) -> dict[str, Figure]:
    """All figures by name, with bootstrap intervals over photos.

    product_types: full category by product id, of the products that are first or right somewhere;
    missing and empty are the same.
    """
    photo = photo_numbers(results)
    measured = _means(results, product_types, photo)
    measured["open_set_auroc"] = _open_set_auroc(results, photo)
    measured["ece"] = _ece(results, photo)
    statistics = {name: each.statistic for name, each in measured.items()}
    found = intervals.bootstrap(statistics, len(np.unique(photo)), resampling)
    return {name: Figure(each.value, found[name]) for name, each in measured.items()}


def _means(
    results: Sequence[QueryResult], product_types: Mapping[str, str], photo: NDArray[np.int64]
) -> dict[str, _Measured]:
    values = metrics.ranking_values(results)
    values["category_accuracy@1"] = metrics.category_values(results, product_types)
    return {
        name: _Measured(metrics.mean(each), intervals.mean_of(each, photo)) for name, each in values.items()
    }


def _open_set_auroc(results: Sequence[QueryResult], photo: NDArray[np.int64]) -> _Measured:
    """How well the first similarity tells queries with a right product from those without."""
    known = np.array([bool(result.query.relevant) for result in results], dtype=np.bool_)
    scores = np.array([result.top_similarity for result in results], dtype=np.float64)
    return _Measured(metrics.auroc(known, scores), intervals.auroc_of(known, scores, photo))


def _ece(results: Sequence[QueryResult], photo: NDArray[np.int64]) -> _Measured:
    """Over all queries with a probability: whoever is sure of a product that is not there is wrong."""
    probabilities = np.array([_probability(result) for result in results], dtype=np.float64)
    correct = np.array([result.correct for result in results], dtype=np.bool_)
    value = metrics.ece(probabilities, correct)
    return _Measured(value, intervals.ece_of(probabilities, correct, photo))


def _probability(result: QueryResult) -> float:
    return np.nan if result.probability is None else result.probability
