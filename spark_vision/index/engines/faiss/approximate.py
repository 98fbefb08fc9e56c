"""Approximate search by FAISS: a compressed index proposes, the full vectors decide.

The vectors lie beside FAISS's file as a memory-mapped array. Whatever proposes, the candidates' scores are
those of exact search, so that an approximate version can only miss a row, never rank it otherwise.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, similarities
from spark_vision.core.errors import InvalidInputError
from spark_vision.index.ranking import FAISS, Allowed, Ranking, Rows, empty_ranking, top_k

VECTORS = "vectors.npy"
PROPOSALS = "proposals.faiss"

LEAST = 1_000
_BLOCK = 50_000
_SEED = 1234
_TRAINING_A_CELL = 64
# Each vector is compared with every cell when it is added: with more of them ten million would take hours.
_MOST_CELLS = 4096
_CANDIDATES = "candidates"

SearchParameters = dict[str, int]


@dataclass(frozen=True)
class Recipe:
    """How a kind of approximate index is made and searched.

    steps: search parameters from quick to thorough; `candidates` is how many rows are scored exactly.
    """

    kind: str
    steps: tuple[SearchParameters, ...]

    def factory(self, count: int, dimension: int) -> str:
        """FAISS's description of an index for so many vectors."""
        cells = _cells(count)
        match self.kind:
            case "hnsw":
                return "HNSW32,SQ8"
            case "ivf":
                return f"IVF{cells},SQ8"
            case _:
                return f"IVF{cells},PQ{_code_bytes(dimension)}x8"


def _ivf(*probes_and_candidates: tuple[int, int]) -> tuple[SearchParameters, ...]:
    return tuple({"nprobe": probes, _CANDIDATES: wide} for probes, wide in probes_and_candidates)


RECIPES = {
    "hnsw": Recipe(
        "hnsw", tuple({"efSearch": ef, _CANDIDATES: min(ef, 64)} for ef in (32, 48, 64, 96, 128, 256, 512))
    ),
    "ivf": Recipe("ivf", _ivf((4, 40), (8, 40), (16, 40), (32, 64), (64, 64), (128, 64), (256, 64))),
    "ivf-pq": Recipe(
        "ivf-pq",
        _ivf((8, 100), (16, 100), (16, 200), (32, 200), (32, 400), (64, 400), (128, 800), (256, 1600)),
    ),
}


def _cells(count: int) -> int:
    """A power of two near four times the root of the count, with some 39 vectors a cell at least."""
    wanted = 1 << round(math.log2(4 * math.sqrt(count)))
    return max(min(wanted, _MOST_CELLS, count // 39), 1)


def _code_bytes(dimension: int) -> int:
    """Bytes of a product quantiser's code: a quarter of the dimension, or the nearest divisor below."""
    return next(size for size in range(max(dimension // 4, 1), 0, -1) if dimension % size == 0)


class ApproximateIndex:
    """Candidates from `proposals`, scored by `vectors`; `search_parameters` go with each call."""

    def __init__(
        self,
        kind: str,
        proposals: faiss.Index,
        vectors: NDArray[np.float32],
        search_parameters: SearchParameters,
    ) -> None:
        self.kind = kind
        self._proposals = proposals
        self._vectors = vectors
        self.search_parameters = search_parameters

    @classmethod
    def read(cls, folder: Path, kind: str, search_parameters: SearchParameters) -> "ApproximateIndex":
        """Map a version's files into memory; the caller has checked their digests before."""
        proposals = faiss.read_index(str(folder / PROPOSALS), faiss.IO_FLAG_MMAP_IFC)
        return cls(kind, proposals, np.load(folder / VECTORS, mmap_mode="r"), search_parameters)

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def dimension(self) -> int:
        """See VectorIndex."""
        return int(self._vectors.shape[1])

    @property
    def proposed(self) -> int:
        """How many vectors FAISS's file holds; as many as there are, or the files do not fit."""
        return int(self._proposals.ntotal)

    def vectors(self, rows: Rows) -> Embeddings:
        """See VectorIndex."""
        return np.asarray(self._vectors[rows])

    def search(self, queries: Embeddings, k: int, allowed: Allowed | None = None) -> list[Ranking]:
        """See VectorIndex. Where the proposals are too few (a narrow filter), every allowed row is scored."""
        held = len(self) if allowed is None else len(allowed)
        k = min(k, held)
        if k == 0 or len(queries) == 0:
            return [empty_ranking() for _ in queries]
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if (allowed is not None and allowed.is_few) or k > len(self) // 4:
            return [self._scanned(query, k, allowed) for query in queries]
        wide = min(max(self.search_parameters[_CANDIDATES], 2 * k), held)
        _, proposed = self._proposals.search(queries, wide, params=self._parameters(wide, allowed))
        return [self._ranked(query, rows, k, allowed) for query, rows in zip(queries, proposed, strict=True)]

    def _parameters(self, wide: int, allowed: Allowed | None) -> Any:
        given = {name: value for name, value in self.search_parameters.items() if name != _CANDIDATES}
        selector = {} if allowed is None else {"sel": allowed.selector}
        if self.kind == "hnsw":
            return FAISS.SearchParametersHNSW(efSearch=max(given["efSearch"], wide), **selector)
        return FAISS.SearchParametersIVF(**given, **selector)

    def _ranked(self, query: NDArray[np.float32], proposed: Rows, k: int, allowed: Allowed | None) -> Ranking:
        rows = proposed[proposed >= 0]  # FAISS pads with -1
        if len(rows) < k:
            return self._scanned(query, k, allowed)
        return top_k(rows, similarities(self._vectors[rows], query), k)

    def _scanned(self, query: NDArray[np.float32], k: int, allowed: Allowed | None) -> Ranking:
        """Exact search, a block at a time."""
        rows = np.arange(len(self)) if allowed is None else allowed.rows
        kept = empty_ranking()
        for at in range(0, len(rows), _BLOCK):
            block = rows[at : at + _BLOCK]
            scores = similarities(self._vectors[block], query)
            kept = top_k(np.concatenate([kept[0], block]), np.concatenate([kept[1], scores]), k)
        return kept


def write_vectors(path: Path, blocks: Iterable[Embeddings], shape: tuple[int, int]) -> None:
    """Write (count, dimension) float32 as NumPy's own file, a block at a time."""
    with path.open("wb") as file:
        header = {"descr": "<f4", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for block in blocks:
            file.write(np.ascontiguousarray(block, dtype="<f4").tobytes())


def build_proposals(kind: str, folder: Path) -> None:
    """Train and fill FAISS's index for the vectors of a folder, and write it beside them.

    Raises InvalidInputError where there are too few vectors to train anything.
    """
    vectors = np.load(folder / VECTORS, mmap_mode="r")
    count, dimension = vectors.shape
    if count < LEAST:
        raise InvalidInputError(
            f"An index of kind {kind} wants at least {LEAST:,} pictures; here are {count:,}."
        )
    factory = RECIPES[kind].factory(count, dimension)
    index = faiss.index_factory(dimension, factory, faiss.METRIC_INNER_PRODUCT)
    sample = _prepare(index, kind, count)
    rows = np.sort(np.random.default_rng(_SEED).choice(count, min(sample, count), replace=False))
    index.train(vectors[rows])
    for at in range(0, count, _BLOCK):
        index.add(np.ascontiguousarray(vectors[at : at + _BLOCK]))
    faiss.write_index(index, str(folder / PROPOSALS))


def _prepare(index: faiss.Index, kind: str, count: int) -> int:
    """Set what training and adding take; how many vectors to train with."""
    if kind == "hnsw":
        FAISS.downcast_index(index).hnsw.efConstruction = 100
        return 50_000
    inverted = FAISS.downcast_index(FAISS.extract_index_ivf(index))
    inverted.cp.seed = _SEED
    inverted.cp.niter = 10
    inverted.cp.max_points_per_centroid = _TRAINING_A_CELL
    if kind == "ivf-pq":
        # For a way of searching that is not used here, and half a minute of annealing.
        inverted.do_polysemous_training = False
        inverted.pq.cp.min_points_per_centroid = 1  # a small catalogue is no reason for a warning
        inverted.pq.cp.max_points_per_centroid = _TRAINING_A_CELL
        inverted.pq.cp.niter = 10
    return max(_TRAINING_A_CELL * int(inverted.nlist), 20_000)
