"""What kinds of index find, how quickly, and how large they are: recall against time and memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from spark_vision.core.embedding import Embeddings, unit_length
from spark_vision.evaluation.report.plots import COLOURS, drawing
from spark_vision.evaluation.report.tables import table
from spark_vision.index import recall
from spark_vision.index.engines.faiss.approximate import (
    PROPOSALS,
    RECIPES,
    ApproximateIndex,
    build_proposals,
    write_vectors,
)
from spark_vision.index.engines.faiss.approximate import VECTORS as ARRAY
from spark_vision.index.engines.faiss.exact import ExactIndex
from spark_vision.index.engines.faiss.kinds import KINDS, VECTORS, is_exact
from spark_vision.index.ranking import VectorIndex

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_K = 10
_WARM_UP = 20


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One kind of index with one set of search parameters.

    recall: recall@10 against exact search; milliseconds: the median of single queries; megabytes: what
    proposes candidates (all of it for the exact kind), the full vectors being mapped from disk beside it.
    """

    kind: str
    search: str
    recall: float
    milliseconds: float
    megabytes: float
    build_seconds: float


def grown(vectors: Embeddings, count: int, seed: int = 0, spread: float = 0.75) -> Embeddings:
    """So many made-up vectors around real ones, (count, dimension): a shop as large as one likes.

    spread: length of the noise beside a vector's length of 1; at 0.75 the cosine to the real one is 0.8.
    """
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((count, vectors.shape[1]), dtype=np.float32)
    around = vectors[rng.integers(0, len(vectors), count)]
    return unit_length(around + noise * (spread / vectors.shape[1] ** 0.5))


def measure_kinds(
    vectors: Embeddings, queries: Embeddings, kinds: tuple[str, ...] = KINDS
) -> Iterator[KindFigures]:
    """Build each kind on vectors (n, dimension) and ask it queries (m, dimension), one at a time.

    An approximate kind is measured with each of its search parameters, from quick to thorough, up to the
    first that misses nothing. Raises InvalidInputError where there are too few vectors.
    """
    tenth = recall.tenth_similarity(vectors, queries, _K)
    for kind in kinds:
        with TemporaryDirectory(prefix="spark-vision-") as place:
            folder = Path(place)
            started = perf_counter()
            _build(kind, folder, vectors)
            seconds = perf_counter() - started
            for search, index in _indexes(kind, folder):
                found = recall.recall_at_10([index.search(query[None], _K)[0] for query in queries], tenth)
                took = _milliseconds(index, queries)
                yield KindFigures(kind, search, found, took, _megabytes(kind, folder), seconds)
                if found == 1:
                    break


def _build(kind: str, folder: Path, vectors: Embeddings) -> None:
    if is_exact(kind):
        exact = ExactIndex.empty(vectors.shape[1])
        exact.add(vectors)
        exact.write(folder / VECTORS)
        return
    write_vectors(folder / ARRAY, [vectors], (len(vectors), vectors.shape[1]))
    build_proposals(kind, folder)


def _indexes(kind: str, folder: Path) -> Iterator[tuple[str, VectorIndex]]:
    if is_exact(kind):
        yield "exact", ExactIndex.read(folder / VECTORS)
        return
    for step in RECIPES[kind].steps:
        name = ", ".join(f"{parameter} {value}" for parameter, value in step.items())
        yield name, ApproximateIndex.read(folder, kind, step)


def _milliseconds(index: VectorIndex, queries: Embeddings) -> float:
    for query in queries[:_WARM_UP]:
        index.search(query[None], _K)
    times = []
    for query in queries:
        started = perf_counter()
        index.search(query[None], _K)
        times.append(perf_counter() - started)
    return float(np.median(times)) * 1000


def _megabytes(kind: str, folder: Path) -> float:
    name = VECTORS if is_exact(kind) else PROPOSALS
    return (folder / name).stat().st_size / 1e6


def kinds_table(figures: list[KindFigures]) -> str:
    """A Markdown table, a row a kind and its search parameters."""
    rows = (
        [
            each.kind,
            each.search,
            f"{each.recall:.3f}",
            f"{each.milliseconds:.2f}",
            f"{each.megabytes:.1f}",
            f"{each.build_seconds:.1f}",
        ]
        for each in figures
    )
    head = ["kind", "search", "recall@10", "one query (ms, median)", "proposes from (MB)", "built in (s)"]
    return table(head, rows)


def kinds_plot(figures: list[KindFigures]) -> "Figure":
    """recall@10 over the time of a query, a line a kind."""
    figure, axes = drawing("Recall@10 against time, by kind of index")
    for number, kind in enumerate(dict.fromkeys(each.kind for each in figures)):
        of_kind = [each for each in figures if each.kind == kind]
        times, recalls = [each.milliseconds for each in of_kind], [each.recall for each in of_kind]
        axes.plot(times, recalls, marker="o", color=COLOURS[number % len(COLOURS)], label=kind)
    axes.set(xlabel="one query, median (ms)", ylabel="recall@10 against exact search", xscale="log")
    axes.legend(loc="lower right")
    return figure
