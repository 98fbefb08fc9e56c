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

from spark_vision.core.embedding import Embeddings, EncoderSpec, have_unit_length
from spark_vision.core.errors import IndexDamagedError
from spark_vision.index.cache_file import MOST_ASKED, open_cache, places

_TABLE = """
create table if not exists embedding (
    picture blob primary key, vector blob not null, crc integer not null
) without rowid
"""
_ASKED = "select picture, vector, crc from embedding where picture in ({})"


class EmbeddingCache:
    """Embeddings of pictures by the SHA-256 of their bytes, for one encoder; safe to share by threads."""

    def __init__(self, folder: Path, spec: EncoderSpec) -> None:
        self._dimension = spec.dimension
        self._lock = threading.Lock()
        self._connection = open_cache(folder / f"{spec.fingerprint[:32]}.sqlite", _TABLE)

    def get(self, digest: str) -> NDArray[np.float32] | None:
        """The embedding (dimension,) float32 of a picture, or None where it is not held or damaged."""
        held = self._held([digest])
        return np.frombuffer(held[digest], dtype="<f4").astype(np.float32) if held else None

    def holds(self, digests: Sequence[str]) -> set[str]:
        """Those of some pictures whose embeddings are held, undamaged."""
        return set(self._held(digests))

    def get_all(self, digests: Sequence[str]) -> Embeddings | None:
        """The embeddings (n, dimension) of n pictures, or None where one is not held or damaged."""
        held = self._held(digests)
        if not held.keys() >= set(digests):
            return None
        together = b"".join(held[digest] for digest in digests)
        return np.frombuffer(together, dtype="<f4").astype(np.float32).reshape(-1, self._dimension)

    def _held(self, digests: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for at in range(0, len(digests), MOST_ASKED):
            keys = [bytes.fromhex(digest) for digest in digests[at : at + MOST_ASKED]]
            query = _ASKED.format(places(keys))
            with self._lock:
                rows = self._connection.execute(query, keys).fetchall()
            for picture, vector, crc in rows:
                if zlib.crc32(vector) == crc and len(vector) == 4 * self._dimension:
                    found[picture.hex()] = vector
        return self._usable(found)

    def _usable(self, found: dict[str, bytes]) -> dict[str, bytes]:
        """Leave out vectors that are not of unit length: no encoder has made them."""
        together = np.frombuffer(b"".join(found.values()), dtype="<f4").reshape(-1, self._dimension)
        usable = have_unit_length(together)
        if usable.all():
            return found
        return {digest: vector for (digest, vector), good in zip(found.items(), usable, strict=True) if good}

    def put(self, digests: Sequence[str], embeddings: Embeddings) -> None:
        """Keep the embeddings of some pictures, all of them or none.

        Raises:
            IndexDamagedError: An embedding is not finite or not of unit length.
        """
        if not have_unit_length(embeddings).all():
            raise IndexDamagedError("An embedding is not of unit length, so it is not cached.")
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
