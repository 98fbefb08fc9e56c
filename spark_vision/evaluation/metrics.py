"""The field's metrics, one value a query where there is one, by the libraries that define them.

A query with right products in the catalogue is called known. Ranking metrics are over known queries;
the others have no right answer to rank, and values for them are NaN.
"""

from collections.abc import Mapping, Sequence

import ir_measures
import numpy as np
from ir_measures import AP, RR, P, Success, nDCG
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from spark_vision.evaluation.results import QueryResult

Values = NDArray[np.float64]
"""One value a query, (n,); NaN where the metric does not apply to the query."""

ECE_BINS = 15

RANKING_METRICS = {
    "recall@1": Success @ 1,
    "recall@5": Success @ 5,
    "recall@10": Success @ 10,
    "precision@5": P @ 5,
    "mrr": RR,
    "map": AP,
    "ndcg@10": nDCG @ 10,
}
_BLOCK = 256  # queries whose rankings are dictionaries at one time


def ranking_values(results: Sequence[QueryResult]) -> dict[str, Values]:
    """Each of RANKING_METRICS for each query, by trec_eval's own code (Buckley and Voorhees).

    With r_i the places (from 1) of the R right products, as far as they are ranked:

    - recall@k: 1 if any r_i <= k, else 0. Its mean is the share of queries with at least one right
      product among the first k, which image retrieval calls recall@k (Jégou et al. 2011, Oh Song et
      al. 2016) and trec_eval calls success; it is not the share of the R products that were found.
    - precision@k: (right products among the first k) / k, also where fewer than k are ranked.
    - mrr: 1 / min r_i, 0 if none is ranked.
    - map: average precision, (1 / R) * sum over i of (right products up to r_i) / r_i.
    - ndcg@k: sum over r_i <= k of 1 / log2(r_i + 1), divided by what the best order of the R would give
      (Järvelin and Kekäläinen 2002).
    """
    values = {name: np.full(len(results), np.nan) for name in RANKING_METRICS}
    names = {measure: name for name, measure in RANKING_METRICS.items()}
    for start in range(0, len(results), _BLOCK):
        block = {str(number): results[number] for number in _block(start, len(results))}
        for metric in _trec_eval({key: each for key, each in block.items() if each.query.relevant}):
            values[names[metric.measure]][int(metric.query_id)] = metric.value
    return values


def _block(start: int, end: int) -> range:
    return range(start, min(start + _BLOCK, end))


def _trec_eval(results: Mapping[str, QueryResult]) -> "list[ir_measures.Metric]":
    qrels = {key: dict.fromkeys(result.query.relevant, 1) for key, result in results.items()}
    # trec_eval sorts by score and breaks ties by descending document id. It is given places for
    # scores, so that what is measured is the order that users see: ties by ascending product id.
    run = {
        key: {product_id: -place for place, product_id in enumerate(result.product_ids)}
        for key, result in results.items()
    }
    evaluator = ir_measures.pytrec_eval.evaluator(list(RANKING_METRICS.values()), qrels)
    return list(evaluator.iter_calc(run))


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
    """Area under the ROC curve: P(score of a known query > that of another), equal scores half.

    known, scores: (n,). None where all queries are known, or none. Fawcett 2006, by scikit-learn.

    >>> auroc(np.array([True, True, False]), np.array([0.9, 0.4, 0.4]))
    0.75
    """
    if known.all() or not known.any():
        return None
    return float(roc_auc_score(known, scores))


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
