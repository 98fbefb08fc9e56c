"""Which kind of index a version gets, and writing and reading it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from spark_vision.core.embedding import Embeddings
from spark_vision.core.errors import InvalidInputError
from spark_vision.index.engines.faiss.approximate import (
    LEAST,
    PROPOSALS,
    RECIPES,
    ApproximateIndex,
    build_proposals,
    write_vectors,
)
from spark_vision.index.engines.faiss.approximate import VECTORS as ARRAY
from spark_vision.index.engines.faiss.exact import ExactIndex
from spark_vision.index.manifest import Manifest
from spark_vision.index.ranking import VectorIndex

VECTORS = "vectors.faiss"
KINDS = (ExactIndex.kind, *RECIPES)

_BLOCK = 50_000
_EXACT_UP_TO = 200_000
_UNCOMPRESSED_UP_TO = 2_000_000


def kind_for(count: int, wanted: str | None = None) -> str:
    """The kind for so many vectors: exact, then cells (IVF), then cells with product-quantised codes.

    >>> kind_for(10_000), kind_for(1_000_000), kind_for(10_000_000), kind_for(10_000, "hnsw")
    ('flat', 'ivf', 'ivf-pq', 'hnsw')
    """
    if wanted is not None:
        if wanted not in KINDS:
            raise InvalidInputError(f"There is no kind of index {wanted!r}; there is {', '.join(KINDS)}.")
        return wanted
    if count <= _EXACT_UP_TO:
        return ExactIndex.kind
    return "ivf" if count <= _UNCOMPRESSED_UP_TO else "ivf-pq"


def is_exact(kind: str) -> bool:
    """Whether a kind compares with every vector."""
    return kind == ExactIndex.kind


def write_index(kind: str, folder: Path, blocks: Iterable[Embeddings], shape: tuple[int, int]) -> None:
    """Write an index of vectors (count, dimension) that come in blocks."""
    if not is_exact(kind):
        write_vectors(folder / ARRAY, blocks, shape)
        build_proposals(kind, folder)
        return
    index = ExactIndex.empty(shape[1])
    for block in blocks:
        index.add(block)
    index.write(folder / VECTORS)


def proposal_files(kind: str) -> Iterator[str]:
    """The files that follow from the vectors, but whose bytes differ from run to run."""
    if not is_exact(kind):
        yield PROPOSALS


def in_cells(index: VectorIndex, folder: Path) -> VectorIndex:
    """The vectors of an index in cells, for a while: to look many up where finding nearly all will do.

    folder: an empty one. An index that has cells already, or is too small for them, is returned itself.
    """
    if not is_exact(index.kind) or len(index) < LEAST:
        return index
    rows = np.arange(len(index))
    blocks = (index.vectors(rows[at : at + _BLOCK]) for at in range(0, len(rows), _BLOCK))
    write_vectors(folder / ARRAY, blocks, (len(index), index.dimension))
    build_proposals("ivf", folder)
    return ApproximateIndex.read(folder, "ivf", RECIPES["ivf"].steps[1])


def read_index(folder: Path, manifest: Manifest) -> VectorIndex:
    """Map a version's index into memory, with the search parameters that its manifest says."""
    if manifest.approximation is None:
        return ExactIndex.read(folder / VECTORS)
    return ApproximateIndex.read(folder, manifest.content.index_kind, manifest.approximation.search)
