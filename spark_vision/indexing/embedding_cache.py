"""Embeddings by picture content, kept between builds: what did not change is never encoded again.

It is also what makes a stopped build resumable. SQLite holds it (a file an encoder fingerprint, so that
an old model's cache is one file to delete); a row is worth nothing unless its checksum fits.
"""

import threading
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spark_vision.domain.embedding import Embeddings, EncoderSpec
from spark_vision.indexing.cache_file import open_cache

_TABLE = """
create table if not exists embedding (
    picture blob primary key, vector blob not null, crc integer not null
) without rowid
"""


class EmbeddingCache:
    """Embeddings of pictures by the SHA-256 of their bytes, for one encoder; safe to share by threads."""

    def __init__(self, folder: Path, spec: EncoderSpec) -> None:
        self._dimension = spec.dimension
        self._lock = threading.Lock()
        self._connection = open_cache(folder / f"{spec.fingerprint[:32]}.sqlite", _TABLE)

    def get(self, digest: str) -> NDArray[np.float32] | None:
        """The embedding (dimension,) float32 of a picture, or None where it is not held or damaged."""
        with self._lock:
            row = self._connection.execute(
                "select vector, crc from embedding where picture = ?", (bytes.fromhex(digest),)
            ).fetchone()
        if row is None or zlib.crc32(row[0]) != row[1] or len(row[0]) != 4 * self._dimension:
            return None
        return np.frombuffer(row[0], dtype="<f4").astype(np.float32)

    def put(self, digests: Sequence[str], embeddings: Embeddings) -> None:
        """Keep the embeddings of some pictures; all of them are there, or none."""
        vectors = [row.astype("<f4").tobytes() for row in embeddings]
        rows = [
            (bytes.fromhex(digest), vector, zlib.crc32(vector))
            for digest, vector in zip(digests, vectors, strict=True)
        ]
        with self._lock, self._connection:
            self._connection.executemany("insert or replace into embedding values (?, ?, ?)", rows)

    def close(self) -> None:
        """Close the file; the cache cannot be used after that."""
        self._connection.close()
