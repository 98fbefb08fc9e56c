"""The gate: an approximate index is held against exact search on its own data before it goes live."""

from collections.abc import Mapping
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, unit_length
from spark_vision.core.errors import IndexRecallError
from spark_vision.index.engines.faiss.approximate import RECIPES, VECTORS, ApproximateIndex, SearchParameters
from spark_vision.index.ranking import Ranking

QUERIES = 200
_K = 10
_BLOCK = 100_000
_SEED = 4321
# Cosine of about 0.8 to the reference image: a user's photo of it is not nearer.
_NOISE = 0.75
_ROUNDING = 1e-6


def picture_queries(vectors: NDArray[np.float32], count: int = QUERIES) -> Embeddings:
    """Vectors of the gallery with noise on them, as photos of products would be; (count, dimension)."""
    rng = np.random.default_rng(_SEED)
    rows = np.sort(rng.choice(len(vectors), min(count, len(vectors)), replace=False))
    noise = rng.standard_normal((len(rows), vectors.shape[1])) / np.sqrt(vectors.shape[1])
    return unit_length(vectors[rows] + _NOISE * noise)


def tenth_similarity(vectors: NDArray[np.float32], queries: Embeddings, k: int = _K) -> NDArray[np.float32]:
    """The similarity of each query's k-th closest row by exact search, (m,)."""
    kept = np.full((len(queries), k), -2, dtype=np.float32)
    for at in range(0, len(vectors), _BLOCK):
        block = np.ascontiguousarray(vectors[at : at + _BLOCK])
        found, _ = faiss.knn(queries, block, min(k, len(block)), metric=faiss.METRIC_INNER_PRODUCT)
        kept = -np.sort(-np.concatenate([kept, found], axis=1), axis=1)[:, :k]
    tenth: NDArray[np.float32] = kept[:, -1]
    return tenth


def recall_at_10(found: list[Ranking], tenth: NDArray[np.float32]) -> float:
    """The share of the first ten that are as similar as the true tenth; ties count as found."""
    hits = [
        int((similarities[:_K] >= bound - _ROUNDING).sum())
        for (_, similarities), bound in zip(found, tenth, strict=True)
    ]
    return sum(hits) / (_K * len(hits))


def choose_search(
    folder: Path, kind: str, queries: Mapping[str, Embeddings], least: float
) -> tuple[SearchParameters, dict[str, float]]:
    """The quickest search parameters whose recall is enough for every set of queries, and those recalls.

    Raises IndexRecallError where even the most thorough ones find too little.
    """
    vectors = np.load(folder / VECTORS, mmap_mode="r")
    truth = {name: tenth_similarity(vectors, asked) for name, asked in queries.items()}
    recall: dict[str, float] = {}
    for step in RECIPES[kind].steps:
        index = ApproximateIndex.read(folder, kind, step)
        recall = {
            name: round(recall_at_10(index.search(asked, _K), truth[name]), 4)
            for name, asked in queries.items()
        }
        if min(recall.values()) >= least:
            return step, recall
    told = ", ".join(f"{name} {value:.3f}" for name, value in recall.items())
    raise IndexRecallError(
        f"The {kind} index finds too little of what exact search finds (recall@10: {told}; at least "
        f"{least:g} is asked for), so it is not published. Build with another --kind; flat is exact."
    )
