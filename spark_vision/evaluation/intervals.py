"""How far a figure can be trusted: percentile bootstrap over photos (Efron 1979).

Several queries may be crops of one photo and then resemble each other, so that photos are drawn and
not queries: drawing queries would give intervals that are too narrow. A resample is a row of counts,
how often each photo was drawn, and every figure here is computed for many rows at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spark_vision.evaluation.metrics import ECE_BINS, Values, bin_numbers

Weights = NDArray[np.float64]
"""How often each photo counts in each resample, (resamples, photos)."""

Interval = tuple[float, float]

_CELLS = 2**20  # of a block of weights: 8 MiB in float64


class Statistic(Protocol):
    """A figure as a function of how often each photo counts."""

    def __call__(self, weights: Weights) -> Values:
        """Weights (resamples, photos) to figures (resamples,); NaN where a figure is undefined."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """How to draw: the same seed gives the same intervals."""

    resamples: int = 1000
    seed: int = 0
    level: float = 0.95


DEFAULT_RESAMPLING = Resampling()


def bootstrap(
    statistics: Mapping[str, Statistic], photos: int, resampling: Resampling
) -> dict[str, Interval | None]:
    """The interval of each figure: the quantiles (1 -+ level) / 2 of its values on resamples.

    None with fewer than two photos, which say nothing of a spread, and where a figure is undefined on
    all resamples; those on which it is undefined are left out.
    """
    if photos < 2:
        return dict.fromkeys(statistics)
    draws = _draw(statistics, photos, resampling)
    return {name: _percentiles(values, resampling.level) for name, values in draws.items()}


def _draw(statistics: Mapping[str, Statistic], photos: int, resampling: Resampling) -> dict[str, Values]:
    rng = np.random.default_rng(resampling.seed)
    draws = {name: np.empty(resampling.resamples) for name in statistics}
    step = max(1, _CELLS // photos)
    for start in range(0, resampling.resamples, step):
        rows = slice(start, min(start + step, resampling.resamples))
        weights = _weights(rng, rows.stop - rows.start, photos)
        for name, statistic in statistics.items():
            draws[name][rows] = statistic(weights)
    return draws


def _weights(rng: np.random.Generator, resamples: int, photos: int) -> Weights:
    """Draw as many photos as there are, with replacement, and count each; (resamples, photos)."""
    cells = rng.integers(photos, size=(resamples, photos))
    cells += np.arange(resamples)[:, None] * photos
    counts = np.bincount(cells.ravel(), minlength=resamples * photos)
    return counts.reshape(resamples, photos).astype(np.float64)


def _percentiles(values: Values, level: float) -> Interval | None:
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mean_of(values: Values, photo: NDArray[np.int64], photos: int | None = None) -> Statistic:
    """The weighted mean of values (n,), NaN left out, where query i is of photo[i], (n,).

    photos: how many there are, where the last ones may have no query.
    """
    applies = ~np.isnan(values)
    photos = _count(photo) if photos is None else photos
    sums = np.bincount(photo[applies], weights=values[applies], minlength=photos)
    counts = np.bincount(photo[applies], minlength=photos)
    return lambda weights: ratio(weights @ sums, weights @ counts)


def ece_of(probabilities: Values, correct: NDArray[np.bool_], photo: NDArray[np.int64]) -> Statistic:
    """The weighted ECE; see `metrics.ece`.

    Binned ECE is biased upwards, the more so the fewer the photos (Roelofs et al. 2022), and resamples
    repeat the bias: near 0 the interval may lie above the figure.
    """
    given = ~np.isnan(probabilities)
    shape = (_count(photo), ECE_BINS)
    gaps = np.zeros(shape)
    cells = (photo[given], bin_numbers(probabilities[given]))
    np.add.at(gaps, cells, correct[given] - probabilities[given])
    counts = np.bincount(photo[given], minlength=shape[0])
    return lambda weights: ratio(np.abs(weights @ gaps).sum(axis=1), weights @ counts)


def auroc_of(known: NDArray[np.bool_], scores: Values, photo: NDArray[np.int64]) -> Statistic:
    """The weighted area under the ROC curve; see `metrics.auroc`.

    The sum over known queries i of p_i * (weight of the others that score less + half of those that
    score the same), divided by (weight of the known) * (weight of the others).
    """
    order = np.argsort(scores[~known], kind="stable")
    others = scores[~known][order]
    photo_of_others, photo_of_known = photo[~known][order], photo[known]
    less = np.searchsorted(others, scores[known], side="left")
    not_more = np.searchsorted(others, scores[known], side="right")

    def statistic(weights: Weights) -> Values:
        p, q = weights[:, photo_of_known], weights[:, photo_of_others]
        up_to = np.cumsum(np.pad(q, ((0, 0), (1, 0))), axis=1)
        won = np.einsum("ij,ij->i", p, up_to[:, less] + up_to[:, not_more]) / 2
        return ratio(won, p.sum(axis=1) * q.sum(axis=1))

    return statistic


def _count(photo: NDArray[np.int64]) -> int:
    return int(photo.max(initial=-1)) + 1


def ratio(above: Values, below: NDArray[np.float64]) -> Values:
    """Quotients, NaN where the divisor is 0."""
    quotients = np.full(len(above), np.nan)
    np.divide(above, below, out=quotients, where=below != 0)
    return quotients
