"""Pictures of the live version, for those whose host does not send them now."""

import sqlite3
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from spark_vision.index.cache_file import open_cache
from spark_vision.index.embedding_cache import EmbeddingCache
from spark_vision.index.engines.faiss.kinds import read_index
from spark_vision.index.existing_products import iter_existing_products
from spark_vision.index.manifest import Manifest
from spark_vision.index.ranking import VectorIndex
from spark_vision.index.records import PICTURES
from spark_vision.index.staging import StagedPicture

_TABLE = "create table if not exists missed (image text primary key, runs integer not null) without rowid"


class MissedRuns:
    """In how many runs in a row a picture was missed, by its address; a file that outlives the runs."""

    def __init__(self, folder: Path) -> None:
        self._connection: sqlite3.Connection = open_cache(folder / "missed.db", _TABLE)

    def after_this(self, image: str) -> int:
        """Return the number of runs in a row that missed the picture, this one included."""
        found = self._connection.execute("select runs from missed where image = ?", (image,)).fetchone()
        return 1 + (int(found[0]) if found else 0)

    def end_run(self, missed: Iterable[str]) -> None:
        """Count this run for the pictures that it missed, and forget all others."""
        runs = [(image, self.after_this(image)) for image in sorted(set(missed))]
        with self._connection:
            self._connection.execute("delete from missed")
            self._connection.executemany("insert into missed values (?, ?)", runs)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class PreviousPictures:
    """What the live version has of a picture, found by its address in the feed.

    Args:
        folder: The live version.
        manifest: Its manifest.
        cache: Where embeddings of this build are looked up; those of the version are added as needed.
        has_vectors: Whether the version's vectors can be used: undamaged, and of this build's encoder.
    """

    def __init__(self, folder: Path, manifest: Manifest, cache: EmbeddingCache, *, has_vectors: bool) -> None:
        self._folder = folder
        self._manifest = manifest
        self._cache = cache
        self._has_vectors = has_vectors

    def find(self, picture: StagedPicture) -> str | None:
        """Return the digest under which the cache holds the embedding of a picture, or None.

        The picture is known by its address. The main picture of a product, whose address may be new, is
        also known by the product.
        """
        found = self._rows.get(picture.image)
        if found is None and picture.position == 0:
            found = self._main_rows.get(picture.product_id)
        if found is None:
            return None
        row, digest = found
        if self._cache.get(digest) is not None:
            return digest
        if not self._has_vectors:
            return None
        self._cache.put([digest], self._index.vectors(np.array([row], dtype=np.int64)))
        return digest

    @cached_property
    def _rows(self) -> dict[str, tuple[int, str]]:
        """Row and SHA-256 of each picture; read with the first picture that is missed."""
        with pq.ParquetFile(self._folder / PICTURES) as file:
            table = file.read(columns=["image", "sha256"])
        pairs = zip(table["image"].to_pylist(), table["sha256"].to_pylist(), strict=True)
        return {image: (row, digest) for row, (image, digest) in enumerate(pairs)}

    @cached_property
    def _main_rows(self) -> dict[str, tuple[int, str]]:
        """Row and SHA-256 of each product's main picture, by the product's id."""
        products = iter_existing_products(self._folder)
        return {product.id: (product.rows[0], product.pictures[0][1]) for product in products}

    @cached_property
    def _index(self) -> VectorIndex:
        return read_index(self._folder, self._manifest)


class Fallback:
    """What stands in for pictures that a run misses: those of the live version, for a number of runs.

    Args:
        previous: The live version's pictures; None if there is no such version.
        missed: The runs that missed a picture.
        gone_runs: After how many runs in a row a picture is removed that its host refuses (404, 410, no
            picture). A host that is in trouble (5xx, 429, no answer) removes nothing.
    """

    def __init__(self, previous: PreviousPictures | None, missed: MissedRuns, gone_runs: int) -> None:
        self._previous = previous
        self._missed = missed
        self._gone_runs = gone_runs
        self._refused: set[str] = set()

    def find(self, picture: StagedPicture) -> str | None:
        """Return the digest of the live version's embedding of a picture, or None if it has none."""
        return self._previous.find(picture) if self._previous is not None else None

    def allows(self, image: str, *, transient: bool) -> bool:
        """Return whether what was fetched before may stand in; a picture that is refused is counted."""
        if transient:
            return True
        self._refused.add(image)
        return self._missed.after_this(image) < self._gone_runs

    def end_run(self) -> None:
        """Count this run for the pictures that were refused in it."""
        self._missed.end_run(self._refused)
