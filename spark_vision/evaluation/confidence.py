"""How well a score tells right from wrong, and known from unknown: false positives, risk and coverage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.evaluation.intervals import Statistic, Weights, ratio
from spark_vision.evaluation.metrics import ECE_BINS, Values, bin_numbers

TRUE_POSITIVE_RATE = 0.95
# Sums of counts are exact in float64; their quotients are not.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The share of wrong answers among those kept, for each share that may be kept.

    coverage, risk, threshold: (m,), one for each distinct confidence, most confident first; an answer is
    kept where its confidence is at least the threshold.
    """

    coverage: Values
    risk: Values
    threshold: Values

    def coverage_at(self, precision: float) -> float:
        """The largest coverage whose precision (1 - risk) is at least this; 0 where there is none."""
        good = self.coverage[1 - self.risk >= precision - _ROUNDING]
        return float(good.max(initial=0.0))


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of a reliability diagram: how sure, how often right, and of how many queries."""

    probability: float
    accuracy: float
    queries: int


def fpr95(known: NDArray[np.bool_], scores: Values) -> float | None:
    """The share of unknown queries that pass the highest threshold which 95 % of known ones pass.

    known, scores: (n,). None where all queries are known, or none. Liang et al. 2018.

    >>> fpr95(np.array([True, True, False, False]), np.array([0.9, 0.4, 0.4, 0.1]))
    0.5
    """
    if known.all() or not known.any():
        return None
    order, ends = _groups(scores)
    true_rate = np.cumsum(known[order])[ends] / known.sum()
    false_rate = np.cumsum(~known[order])[ends] / (~known).sum()
    return float(false_rate[np.argmax(true_rate >= TRUE_POSITIVE_RATE - _ROUNDING)])


def fpr95_of(known: NDArray[np.bool_], scores: Values, photo: NDArray[np.int64]) -> Statistic:
    """The weighted `fpr95`, where query i is of photo[i]."""
    order, ends = _groups(scores)
    known, photo = known[order], photo[order]

    def statistic(weights: Weights) -> Values:
        drawn = weights[:, photo]
        true = np.cumsum(drawn * known, axis=1)[:, ends]
        false = np.cumsum(drawn * ~known, axis=1)[:, ends]
        enough = true >= TRUE_POSITIVE_RATE * true[:, -1:] - _ROUNDING
        first = np.argmax(enough, axis=1)[:, None]
        passed = np.take_along_axis(false, first, axis=1)[:, 0]
        rates = ratio(passed, false[:, -1])
        rates[true[:, -1] == 0] = np.nan
        return rates

    return statistic


def risk_coverage(confidence: Values, correct: NDArray[np.bool_]) -> RiskCoverage:
    """The risk-coverage curve (El-Yaniv and Wiener 2010); equal confidences are kept together.

    confidence, correct: (n,).

    >>> risk_coverage(np.array([0.9, 0.5, 0.5]), np.array([True, True, False])).risk.round(2).tolist()
    [0.0, 0.33]
    """
    order, ends = _groups(confidence)
    kept = ends + 1.0
    wrong = np.cumsum(~correct[order])[ends]
    return RiskCoverage(kept / max(len(confidence), 1), wrong / kept, confidence[order][ends])


def aurc(confidence: Values, correct: NDArray[np.bool_]) -> float | None:
    """Area under the risk-coverage curve, less is better: the risk at each query's confidence, averaged.

    None without queries. Geifman and El-Yaniv 2019.

    >>> aurc(np.array([0.9, 0.5]), np.array([True, False]))
    0.25
    """
    if not len(confidence):
        return None
    curve = risk_coverage(confidence, correct)
    return float((curve.risk * np.diff(curve.coverage, prepend=0)).sum())


def aurc_of(confidence: Values, correct: NDArray[np.bool_], photo: NDArray[np.int64]) -> Statistic:
    """The weighted `aurc`, where query i is of photo[i]."""
    order, ends = _groups(confidence)
    wrong, photo = ~correct[order], photo[order]

    def statistic(weights: Weights) -> Values:
        drawn = weights[:, photo]
        kept = np.cumsum(drawn, axis=1)[:, ends]
        missed = np.cumsum(drawn * wrong, axis=1)[:, ends]
        risk = np.divide(missed, kept, out=np.zeros_like(missed), where=kept > 0)
        steps = np.diff(kept, axis=1, prepend=0)
        return ratio((risk * steps).sum(axis=1), kept[:, -1])

    return statistic


def reliability(probabilities: Values, correct: NDArray[np.bool_], bins: int = ECE_BINS) -> list[Bin]:
    """The bins of a reliability diagram that hold queries, as `metrics.ece` makes them.

    probabilities, correct: (n,); queries whose probability is NaN are left out.

    >>> reliability(np.array([0.75, 0.75]), np.array([True, False]))
    [Bin(probability=0.75, accuracy=0.5, queries=2)]
    """
    given = ~np.isnan(probabilities)
    sure, right = probabilities[given], correct[given]
    numbers = bin_numbers(sure, bins)
    return [
        Bin(float(sure[numbers == held].mean()), float(right[numbers == held].mean()), int(count))
        for held, count in zip(*np.unique(numbers, return_counts=True), strict=True)
    ]


def _groups(scores: Values) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The order of descending scores, and where in it each group of equal ones ends."""
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True)) if len(scores) else order
    return order, ends
