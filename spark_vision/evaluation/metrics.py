"""Ranking, open-set and calibration metrics in NumPy, one value per query where there is one.

A query with relevant products in the catalogue is called known. Ranking metrics apply to known queries.
Values of the other queries are NaN. The tests compare every metric with trec_eval and scikit-learn.
"""

from collections.abc import Callable, Mapping, Sequence
from math import log2

import numpy as np
from numpy.typing import NDArray

from spark_vision.evaluation.results import QueryResult

Values = NDArray[np.float64]
"""One value a query, (n,); NaN where the metric does not apply to the query."""

ECE_BINS = 15

Places = Sequence[int]
"""The ranks, from 1 and ascending, of the relevant products that were ranked."""


def _success(depth: int) -> Callable[[Places, int], float]:
    return lambda places, _relevant: float(any(place <= depth for place in places))


def _precision(depth: int) -> Callable[[Places, int], float]:
    return lambda places, _relevant: sum(place <= depth for place in places) / depth


def _reciprocal_rank(places: Places, _relevant: int) -> float:
    return 1 / places[0] if places else 0.0


def _average_precision(places: Places, relevant: int) -> float:
    return sum(found / place for found, place in enumerate(places, start=1)) / relevant


def _ndcg(depth: int) -> Callable[[Places, int], float]:
    def value(places: Places, relevant: int) -> float:
        gain = sum(1 / log2(place + 1) for place in places if place <= depth)
        return gain / sum(1 / log2(place + 1) for place in range(1, min(relevant, depth) + 1))

    return value


RANKING_METRICS: dict[str, Callable[[Places, int], float]] = {
    "recall@1": _success(1),
    "recall@5": _success(5),
    "recall@10": _success(10),
    "precision@5": _precision(5),
    "mrr": _reciprocal_rank,
    "map": _average_precision,
    "ndcg@10": _ndcg(10),
}


def ranking_values(results: Sequence[QueryResult]) -> dict[str, Values]:
    """Return each of RANKING_METRICS for each query, (n,) float64; NaN for unknown queries.

    With r_i the ranks (from 1) of those of the R relevant products that are ranked:

    - recall@k: 1 if any r_i <= k, else 0. Its mean is the share of queries with at least one relevant
      product among the first k. Image retrieval calls this recall@k (Jégou et al. 2011, Oh Song et
      al. 2016) and trec_eval calls it success; it is not the share of the R products that were found.
    - precision@k: (relevant products among the first k) / k, also where fewer than k are ranked.
    - mrr: 1 / min r_i, 0 if none is ranked.
    - map: average precision, (1 / R) * sum over i of (relevant products up to r_i) / r_i.
    - ndcg@k: sum over r_i <= k of 1 / log2(r_i + 1), divided by the value of the ideal order of the R
      (Järvelin and Kekäläinen 2002).

    Ranks are those that users see: equal similarities are ordered by ascending product id.
    """
    values = {name: np.full(len(results), np.nan) for name in RANKING_METRICS}
    for number, result in enumerate(results):
        relevant = result.query.relevant
        if not relevant:
            continue
        places = [place for place, each in enumerate(result.product_ids, start=1) if each in relevant]
        for name, metric in RANKING_METRICS.items():
            values[name][number] = metric(places, len(relevant))
    return values


def category_values(results: Sequence[QueryResult], product_types: Mapping[str, str]) -> Values:
    """1 where the first product's full category is that of a right product, else 0; (n,).

    NaN where no right product has a category, so that there is nothing to be equal to.
    """
    return np.array([_category_value(result, product_types) for result in results], np.float64)


def _category_value(result: QueryResult, product_types: Mapping[str, str]) -> float:
    right = {product_types.get(product_id, "") for product_id in result.query.relevant} - {""}
    if not right:
        return np.nan
    return float(any(product_types.get(first, "") in right for first in result.product_ids[:1]))


def mean(values: Values) -> float | None:
    """The mean over the queries that a metric applies to; None where there are none.

    >>> mean(np.array([1.0, 0.0, np.nan]))
    0.5
    """
    applicable = values[~np.isnan(values)]
    return float(applicable.mean()) if len(applicable) else None


def auroc(known: NDArray[np.bool_], scores: Values) -> float | None:
    """Return the area under the ROC curve: P(score of a known query > that of another), ties count half.

    known, scores: (n,). None where all queries are known, or none. Fawcett 2006; computed from the
    mid-ranks of the scores (the Mann-Whitney statistic, Hanley and McNeil 1982).

    >>> auroc(np.array([True, True, False]), np.array([0.9, 0.4, 0.4]))
    0.75
    """
    if known.all() or not known.any():
        return None
    _, level, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mid_ranks = np.cumsum(counts) - (counts - 1) / 2  # from 1
    positives = int(known.sum())
    above = mid_ranks[level[known]].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(known) - positives)))


def ece(probabilities: Values, correct: NDArray[np.bool_], bins: int = ECE_BINS) -> float | None:
    """Expected calibration error: sum over bins of n_b / n * |accuracy_b - mean probability_b|.

    Bins are of equal width, open below and closed above (Guo et al. 2017). probabilities, correct:
    (n,); queries whose probability is NaN are left out, None where nothing is left.

    >>> ece(np.array([0.75, 0.75, np.nan]), np.array([True, False, False]))
    0.25
    """
    given = ~np.isnan(probabilities)
    if not given.any():
        return None
    gaps = correct[given] - probabilities[given]
    per_bin = np.bincount(bin_numbers(probabilities[given], bins), weights=gaps)
    return float(np.abs(per_bin).sum() / given.sum())


def bin_numbers(probabilities: Values, bins: int = ECE_BINS) -> NDArray[np.int64]:
    """The bin (from 0) of each probability, (n,): bin m holds m / bins < p <= (m + 1) / bins.

    >>> bin_numbers(np.array([0.0, 0.5, 0.51, 1.0]), bins=2).tolist()
    [0, 0, 1, 1]
    """
    inner_edges = np.linspace(0, 1, bins + 1)[1:-1]
    return np.digitize(probabilities, inner_edges, right=True).astype(np.int64)
