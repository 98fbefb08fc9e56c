"""Kinds of index beside hnswlib and usearch: the same vectors, the same recall, one run.

    pip install -e ".[bench]"
    python scripts/benchmark_index.py --sizes 10000 100000 1000000 [--engines ivf hnswlib] [--work DIR]

The vectors are made up (seeded): clusters of some 500 around random directions, in 256 dimensions;
queries are such vectors that are not among them. Each engine is built with the same number of threads.
Its search parameter is the smallest of a ladder that gives recall@10 of 0.98 against exact search. Then
a process of its own loads what was written and asks one query after the other: the median is the figure,
and the process's resident memory, less what Python and the libraries took before, is its memory.
"""

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import hnswlib
import numpy as np
from usearch.index import Index

from spark_vision.core.embedding import Embeddings, unit_length
from spark_vision.core.errors import IndexRecallError
from spark_vision.index import recall
from spark_vision.index.engines.faiss import approximate
from spark_vision.index.engines.faiss.approximate import ApproximateIndex
from spark_vision.index.engines.faiss.exact import ExactIndex

DIMENSION, K, CLUSTER, SPREAD = 256, 10, 500, 0.75
QUERIES, TIMED = 200, 1000
LADDER = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
BLOCK = 50_000
FILES = {"flat": "vectors.faiss", "hnswlib": "graph.hnswlib", "usearch": "graph.usearch"}

Search = Callable[[Embeddings], list[list[int]]]


@dataclass(frozen=True)
class Job:
    """An engine on the vectors of a folder; parameter: of its search, once it is chosen."""

    engine: str
    folder: Path
    threads: int
    parameter: Any = None


def main() -> None:
    options = _options()
    faiss.omp_set_num_threads(options.threads)
    print(
        "| vectors | engine | search | recall@10 | p50 one query | build | CPU | disk | memory |", flush=True
    )
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for size in options.sizes:
        with tempfile.TemporaryDirectory(dir=options.work) as place:
            folder = Path(place)
            queries = _make_up(folder, size)
            tenth = recall.tenth_similarity(_vectors(folder), queries[:QUERIES], K)
            for engine in options.engines:
                print(_row(Job(engine, folder, options.threads), size, queries, tenth), flush=True)


def _options() -> argparse.Namespace:
    engines = ["flat", "hnsw", "ivf", "ivf-pq", "hnswlib", "usearch"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engines", nargs="+", default=engines, choices=engines)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", type=Path, default=None, help="where files are put, for a while")
    return parser.parse_args()


def _make_up(folder: Path, size: int) -> Embeddings:
    """Write the gallery's vectors; returns the queries."""
    rng = np.random.default_rng(size)
    centres = rng.standard_normal((max(size // CLUSTER, 1), DIMENSION)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)

    def some(count: int) -> Embeddings:
        noise = rng.standard_normal((count, DIMENSION), dtype=np.float32) * (SPREAD / DIMENSION**0.5)
        return unit_length(centres[rng.integers(0, len(centres), count)] + noise)

    blocks = (some(min(BLOCK, size - at)) for at in range(0, size, BLOCK))
    approximate.write_vectors(folder / approximate.VECTORS, blocks, (size, DIMENSION))
    return some(QUERIES + TIMED)


def _vectors(folder: Path) -> Embeddings:
    vectors: Embeddings = np.load(folder / approximate.VECTORS, mmap_mode="r")
    return vectors


def _row(job: Job, size: int, queries: Embeddings, tenth: np.ndarray[Any, Any]) -> str:
    start, spent = time.perf_counter(), time.process_time()
    _build(job)
    built, spent = time.perf_counter() - start, time.process_time() - spent
    try:
        parameter, found = _chosen(job, queries[:QUERIES], tenth)
    except IndexRecallError as error:
        return f"| {size:,} | {job.engine} | - | {error.message} | | {built:.1f} s | {spent:.1f} s | | |"
    chosen = Job(job.engine, job.folder, job.threads, parameter)
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        p50, memory = pool.apply(_measured, (chosen, queries[QUERIES:]))
    shown = "exact" if parameter is None else json.dumps(parameter).strip("{}").replace('"', "")
    disk = sum(path.stat().st_size for path in _files(job)) / 1e6
    return (
        f"| {size:,} | {job.engine} | {shown} | {found:.3f} | {p50 * 1e3:.2f} ms | {built:.1f} s "
        f"| {spent:.1f} s | {disk:,.0f} MB | {memory / 1e6:,.0f} MB |"
    )


def _build(job: Job) -> None:
    vectors = _vectors(job.folder)
    match job.engine:
        case "flat":
            exact = ExactIndex.empty(DIMENSION)
            for at in range(0, len(vectors), BLOCK):
                exact.add(vectors[at : at + BLOCK])
            exact.write(job.folder / FILES["flat"])
        case "hnswlib":
            graph = hnswlib.Index("ip", DIMENSION)
            graph.init_index(len(vectors), M=16, ef_construction=100)
            for at in range(0, len(vectors), BLOCK):
                block = vectors[at : at + BLOCK]
                graph.add_items(block, np.arange(at, at + len(block)), num_threads=job.threads)
            graph.save_index(str(job.folder / FILES["hnswlib"]))
        case "usearch":
            index = Index(ndim=DIMENSION, metric="ip", dtype="f32", connectivity=16, expansion_add=100)
            for at in range(0, len(vectors), BLOCK):
                block = vectors[at : at + BLOCK]
                index.add(np.arange(at, at + len(block)), np.asarray(block), threads=job.threads)
            index.save(job.folder / FILES["usearch"])
        case _:
            approximate.build_proposals(job.engine, job.folder)


def _files(job: Job) -> list[Path]:
    if job.engine in FILES:
        return [job.folder / FILES[job.engine]]
    return [job.folder / approximate.VECTORS, job.folder / approximate.PROPOSALS]


def _chosen(job: Job, queries: Embeddings, tenth: np.ndarray[Any, Any]) -> tuple[Any, float]:
    if job.engine == "flat":
        return None, 1.0
    if job.engine not in FILES:
        parameter, found = recall.choose_search(job.folder, job.engine, {"pictures": queries}, 0.98)
        return parameter, found["pictures"]
    vectors = _vectors(job.folder)
    for step in LADDER:
        rows = _search(Job(job.engine, job.folder, job.threads, {"ef": step}))(queries)
        scored = [
            (np.array(found), vectors[np.sort(found)].astype(np.float64) @ query.astype(np.float64))
            for found, query in zip(rows, queries, strict=True)
        ]
        share = recall.recall_at_10([(ids, scores.astype(np.float32)) for ids, scores in scored], tenth)
        if share >= 0.98:
            return {"ef": step}, share
    raise IndexRecallError(f"recall {share:.3f} at most")


def _search(job: Job) -> Search:
    match job.engine:
        case "flat":
            exact = ExactIndex.read(job.folder / FILES["flat"])
            return lambda queries: [rows.tolist() for rows, _ in exact.search(queries, K)]
        case "hnswlib":
            graph = hnswlib.Index("ip", DIMENSION)
            graph.load_index(str(job.folder / FILES["hnswlib"]))
            graph.set_ef(job.parameter["ef"])
            return lambda queries: graph.knn_query(queries, K, num_threads=1)[0].astype(int).tolist()
        case "usearch":
            index = Index.restore(job.folder / FILES["usearch"], view=True)
            index.expansion_search = job.parameter["ef"]
            return lambda queries: (
                np.atleast_2d(index.search(queries, K, threads=1).keys).astype(int).tolist()
            )
        case _:
            ours = ApproximateIndex.read(job.folder, job.engine, job.parameter)
            return lambda queries: [rows.tolist() for rows, _ in ours.search(queries, K)]


def _measured(job: Job, queries: Embeddings) -> tuple[float, float]:
    """Seconds of the median query, one at a time, and bytes that the index took."""
    faiss.omp_set_num_threads(1)
    before = _resident()
    search = _search(job)
    for query in queries[:100]:
        search(query[None])
    times = []
    for query in queries:
        start = time.perf_counter()
        search(query[None])
        times.append(time.perf_counter() - start)
    return float(np.median(times)), _resident() - before


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return float(pages * os.sysconf("SC_PAGE_SIZE"))


if __name__ == "__main__":
    main()
