"""Zero-shot categories: each picture gets the category whose prompt it resembles most."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from spark_vision.core.embedding import Embeddings
from spark_vision.embedding.encoder import TextEncoder
from spark_vision.evaluation.intervals import DEFAULT_RESAMPLING, Resampling
from spark_vision.evaluation.metric_table import Metric

PROMPT = "a photo of {}"


@dataclass(frozen=True, slots=True)
class ZeroShot:
    """weighted_f1: F1 of each category, weighted by how often it is true; accuracy: share that is right."""

    categories: int
    weighted_f1: Metric
    accuracy: Metric


def zero_shot(
    encoder: TextEncoder,
    embeddings: Embeddings,
    labels: Sequence[str],
    prompt: str = PROMPT,
    resampling: Resampling = DEFAULT_RESAMPLING,
) -> ZeroShot:
    """Figures of pictures (n, dimension) with their true categories, with bootstrap intervals over pictures.

    prompt: with `{}` where the category's name goes, in lower case.
    """
    names = sorted(set(labels))
    prompts = encoder.encode_texts([prompt.format(name.lower()) for name in names])
    truth = np.searchsorted(names, labels)
    told = (embeddings.astype(np.float64) @ prompts.astype(np.float64).T).argmax(axis=1)
    rng = np.random.default_rng(resampling.seed)
    draws = [_both(truth[rows], told[rows]) for rows in _rows(rng, len(truth), resampling.resamples)]
    edges = [(1 - resampling.level) / 2, (1 + resampling.level) / 2]
    low, high = np.quantile(draws, edges, axis=0)
    f1, accuracy = _both(truth, told)
    return ZeroShot(
        len(names),
        Metric(f1, (float(low[0]), float(high[0]))),
        Metric(accuracy, (float(low[1]), float(high[1]))),
    )


def _rows(rng: np.random.Generator, count: int, resamples: int) -> list[NDArray[np.int64]]:
    return [rng.integers(count, size=count) for _ in range(resamples)]


def _both(truth: NDArray[np.int64], told: NDArray[np.int64]) -> tuple[float, float]:
    f1 = f1_score(truth, told, average="weighted", zero_division=0)
    return float(f1), float((truth == told).mean())
