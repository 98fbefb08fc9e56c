"""From results to figures: pure, so that stored results can be judged again in seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.evaluation import confidence, intervals, metrics
from spark_vision.evaluation.intervals import DEFAULT_RESAMPLING, Interval, Resampling, Statistic
from spark_vision.evaluation.metrics import Values
from spark_vision.evaluation.results import QueryResult, photo_numbers

LESS_IS_BETTER = frozenset({"fpr@95", "ece", "aurc"})


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with its interval; both None where it does not apply to the queries."""

    value: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure's value, and how it depends on the photos that were drawn.

    values: one a query, (n,), of which the figure is the mean; None where it is no mean.
    """

    value: float | None
    statistic: Statistic
    values: Values | None = None


def compute_figures(
    results: Sequence[QueryResult],
    product_types: Mapping[str, str],
    resampling: Resampling = DEFAULT_RESAMPLING,
) -> dict[str, Metric]:
    """All figures by name, with bootstrap intervals over photos.

    product_types: full category by product id, of the products that are first or right somewhere;
    missing and empty are the same.
    """
    photo = photo_numbers(results)
    measured = measure(results, product_types, photo)
    statistics = {name: each.statistic for name, each in measured.items()}
    found = intervals.bootstrap(statistics, len(np.unique(photo)), resampling)
    return {name: Metric(each.value, found[name]) for name, each in measured.items()}


def measure(
    results: Sequence[QueryResult], product_types: Mapping[str, str], photo: NDArray[np.int64]
) -> dict[str, Measured]:
    """All figures by name; query i is of photo[i], (n,)."""
    return {**_means(results, product_types, photo), **_confidence(results, photo)}


def confidences(results: Sequence[QueryResult]) -> Values:
    """How sure each first suggestion is, (n,): its probability where all have one, else its similarity."""
    sure = probabilities(results)
    return top_similarities(results) if np.isnan(sure).any() else sure


def probabilities(results: Sequence[QueryResult]) -> Values:
    """P(the first is right) of each query, (n,); NaN where nothing says so."""
    return np.array([_probability(result) for result in results], dtype=np.float64)


def top_similarities(results: Sequence[QueryResult]) -> Values:
    """The first similarity of each query, (n,)."""
    return np.array([result.top_similarity for result in results], dtype=np.float64)


def correct(results: Sequence[QueryResult]) -> NDArray[np.bool_]:
    """Whether the first suggestion of each query is a right one, (n,)."""
    return np.array([result.correct for result in results], dtype=np.bool_)


def _means(
    results: Sequence[QueryResult], product_types: Mapping[str, str], photo: NDArray[np.int64]
) -> dict[str, Measured]:
    values = metrics.ranking_values(results)
    values["category_accuracy@1"] = metrics.category_values(results, product_types)
    return {
        name: Measured(metrics.mean(each), intervals.mean_of(each, photo), each)
        for name, each in values.items()
    }


def _confidence(results: Sequence[QueryResult], photo: NDArray[np.int64]) -> dict[str, Measured]:
    """How well the first similarity tells known queries from others, and sureness right from wrong.

    ECE and AURC are over all queries: whoever is sure of a product that is not there is wrong.
    """
    known = np.array([bool(result.query.relevant) for result in results], dtype=np.bool_)
    scores, sure = top_similarities(results), confidences(results)
    told, right = probabilities(results), correct(results)
    return {
        "open_set_auroc": Measured(metrics.auroc(known, scores), intervals.auroc_of(known, scores, photo)),
        "fpr@95": Measured(confidence.fpr95(known, scores), confidence.fpr95_of(known, scores, photo)),
        "ece": Measured(metrics.ece(told, right), intervals.ece_of(told, right, photo)),
        "aurc": Measured(confidence.aurc(sure, right), confidence.aurc_of(sure, right, photo)),
    }


def _probability(result: QueryResult) -> float:
    return np.nan if result.probability is None else result.probability
