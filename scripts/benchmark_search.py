"""Exact search over a million vectors: equal to NumPy's, ties included, and how fast.

    python scripts/benchmark_search.py [--vectors 1000000] [--dimension 256] [--queries 20] [--k 10]

A tenth of the vectors are copies of others, and half the queries are vectors of the gallery, so that
ties stand at the top and at the boundary of the results. NumPy's side is the definition written out: the
inner product in float64, rounded to float32, sorted by similarity and then by row.
"""

import argparse
import time

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, unit_length
from spark_vision.index.engines.faiss.exact import ExactIndex, Ranking

_BLOCK = 50_000


def main() -> None:
    options = _options()
    gallery, queries = _made_up(options)
    index = ExactIndex.empty(options.dimension)
    start = time.perf_counter()
    for at in range(0, len(gallery), _BLOCK):
        index.add(gallery[at : at + _BLOCK])
    print(f"add              {time.perf_counter() - start:8.2f} s for {len(index):,} x {index.dimension}")
    times, results = [], []
    for query in queries:
        start = time.perf_counter()
        results += index.search(query[None], options.k)
        times.append(time.perf_counter() - start)
    start = time.perf_counter()
    together = index.search(queries, options.k)
    batch = (time.perf_counter() - start) / len(queries)
    start = time.perf_counter()
    expected = _by_numpy(gallery, queries, options.k)
    numpy_time = (time.perf_counter() - start) / len(queries)
    print(f"one query        {np.median(times) * 1e3:8.2f} ms (median of {len(times)})")
    print(f"in a batch       {batch * 1e3:8.2f} ms a query (batch of {len(queries)})")
    print(f"NumPy            {numpy_time * 1e3:8.2f} ms a query (float64, the definition)")
    ties = sum(len(set(similarities.tolist())) < len(similarities) for _, similarities in expected)
    print(f"queries with ties among the first {options.k}: {ties} of {len(queries)}")
    equal = all(map(_equal, results, expected)) and all(map(_equal, together, expected))
    print(f"equal to NumPy, rows and similarities: {equal}")
    if not equal:
        raise SystemExit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=256)
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _made_up(options: argparse.Namespace) -> tuple[Embeddings, Embeddings]:
    rng = np.random.default_rng(options.seed)
    gallery = np.empty((options.vectors, options.dimension), dtype=np.float32)
    for at in range(0, len(gallery), _BLOCK):
        block = gallery[at : at + _BLOCK]
        block[:] = unit_length(rng.standard_normal(block.shape, dtype=np.float32))
    copies = rng.choice(len(gallery), len(gallery) // 10, replace=False)
    # Ten-thousandths of the originals are copied again and again, so that some ties are long.
    originals = rng.choice(max(len(gallery) // 10_000, 1), len(copies))
    gallery[copies] = gallery[originals]
    asked = gallery[rng.choice(len(gallery), options.queries // 2)]
    asked = np.concatenate([asked, gallery[originals[: options.queries // 4]]])
    fresh = rng.standard_normal((options.queries - len(asked), options.dimension))
    return gallery, np.concatenate([asked, unit_length(fresh)])


def _by_numpy(gallery: Embeddings, queries: Embeddings, k: int) -> list[Ranking]:
    results: list[Ranking] = []
    for query in queries.astype(np.float64):
        similarities = np.concatenate([_scores(block, query) for block in _blocks(gallery)])
        order = np.lexsort((np.arange(len(gallery)), -similarities))[:k]
        results.append((order, similarities[order]))
    return results


def _blocks(gallery: Embeddings) -> list[Embeddings]:
    return [gallery[at : at + _BLOCK] for at in range(0, len(gallery), _BLOCK)]


def _scores(block: Embeddings, query: NDArray[np.float64]) -> NDArray[np.float32]:
    scores: NDArray[np.float32] = (block.astype(np.float64) @ query).astype(np.float32)
    return scores


def _equal(one: Ranking, other: Ranking) -> bool:
    return bool(np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1]))


if __name__ == "__main__":
    main()
