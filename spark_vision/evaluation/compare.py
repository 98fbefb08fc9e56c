"""Two runs on the same queries: how much better one is, and whether that could be chance.

Photos are drawn, and signs flipped, by photo: queries of one photo are not independent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.errors import InvalidInputError
from spark_vision.evaluation import intervals
from spark_vision.evaluation.intervals import (
    DEFAULT_RESAMPLING,
    Interval,
    Resampling,
    Statistic,
    Weights,
)
from spark_vision.evaluation.metric_table import Measured, measure
from spark_vision.evaluation.metrics import Values
from spark_vision.evaluation.results import QueryResult, photo_numbers

_CELLS = 2**20  # of a block of signs
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of two runs.

    difference: first less second; interval: of the difference, paired bootstrap; p: that a difference as
    large as this comes from chance alone, by a paired permutation test; None where the figure is no mean.
    """

    first: float
    second: float
    difference: float
    interval: Interval | None
    p: float | None


def compare(
    first: Sequence[QueryResult],
    second: Sequence[QueryResult],
    product_types: Mapping[str, str],
    resampling: Resampling = DEFAULT_RESAMPLING,
) -> dict[str, Difference]:
    """Every figure that both runs have, by name.

    Raises InvalidInputError where the runs are not of the same queries with the same right products.
    """
    paired = _paired(first, second)
    photo = photo_numbers(first)
    pairs = {
        name: (one, other)
        for (name, one), other in zip(
            measure(first, product_types, photo).items(),
            measure(paired, product_types, photo).values(),
            strict=True,
        )
        if one.value is not None and other.value is not None
    }
    statistics = {name: _less(one.statistic, other.statistic) for name, (one, other) in pairs.items()}
    found = intervals.bootstrap(statistics, len(np.unique(photo)), resampling)
    return {
        name: _difference(one, other, found[name], _p(one, other, photo, resampling))
        for name, (one, other) in pairs.items()
    }


def permutation_test(
    differences: Values, photo: NDArray[np.int64], resampling: Resampling = DEFAULT_RESAMPLING
) -> float:
    """P(a mean difference at least as far from 0 as this one, if it does not matter which run is which).

    The signs of all differences of a photo are flipped together (Fisher 1935; for retrieval, Smucker et
    al. 2007); of the permutations so many are drawn as there are resamples, and the data themselves count
    as one. differences: (n,), NaN where a query does not count; photo: (n,).
    """
    counts = ~np.isnan(differences)
    sums = np.bincount(photo[counts], weights=differences[counts])
    sums = sums[sums != 0]
    rng = np.random.default_rng(resampling.seed)
    as_far = 0
    step = max(1, _CELLS // max(len(sums), 1))
    for start in range(0, resampling.resamples, step):
        rows = min(step, resampling.resamples - start)
        signs = rng.integers(0, 2, size=(rows, len(sums))) * 2 - 1
        as_far += int((np.abs(signs @ sums) >= abs(sums.sum()) - _ROUNDING).sum())
    return (as_far + 1) / (resampling.resamples + 1)


def _paired(first: Sequence[QueryResult], second: Sequence[QueryResult]) -> list[QueryResult]:
    """The second run's results in the order of the first's queries."""
    theirs = {result.query.key: result for result in second}
    mine = {result.query.key for result in first}
    if mine != theirs.keys():
        odd = sorted(mine ^ theirs.keys())
        raise InvalidInputError(
            f"The two runs are not of the same queries: {len(odd)} are in one of them only, such as "
            f"{odd[0]!r}. Evaluate both on the same dataset and split."
        )
    paired = [theirs[result.query.key] for result in first]
    for one, other in zip(first, paired, strict=True):
        if one.query.relevant != other.query.relevant:
            raise InvalidInputError(
                f"The two runs do not agree what is right for {one.query.key!r}: the dataset has changed "
                "between them. Evaluate both on the same files."
            )
    return paired


def _less(one: Statistic, other: Statistic) -> Statistic:
    def statistic(weights: Weights) -> Values:
        return one(weights) - other(weights)

    return statistic


def _p(one: Measured, other: Measured, photo: NDArray[np.int64], resampling: Resampling) -> float | None:
    if one.values is None or other.values is None:
        return None
    return permutation_test(one.values - other.values, photo, resampling)


def _difference(one: Measured, other: Measured, interval: Interval | None, p: float | None) -> Difference:
    first, second = one.value or 0.0, other.value or 0.0
    return Difference(first, second, first - second, interval, p)
