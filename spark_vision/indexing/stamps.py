"""What files were when they were last read, so that an unchanged one need not be read again."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

from spark_vision.indexing.cache_file import open_cache

_TABLE = "create table if not exists stamp (stamp blob primary key, picture blob not null) without rowid"


class StampCache:
    """Digests of pictures by their stamps (see WatchedPictures), whatever the encoder; for one thread."""

    def __init__(self, folder: Path) -> None:
        self._connection = open_cache(folder / "stamps.db", _TABLE)

    def digests(self, stamps: Iterable[str | None]) -> list[str | None]:
        """The SHA-256 that goes with each stamp, or None where it is not known."""
        return [None if stamp is None else self._digest(stamp) for stamp in stamps]

    def _digest(self, stamp: str) -> str | None:
        query = "select picture from stamp where stamp = ?"
        row = self._connection.execute(query, (_key(stamp),)).fetchone()
        return None if row is None else bytes(row[0]).hex()

    def put(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Keep stamps with their digests."""
        rows = [(_key(stamp), bytes.fromhex(digest)) for stamp, digest in pairs]
        with self._connection:
            self._connection.executemany("insert or replace into stamp values (?, ?)", rows)

    def close(self) -> None:
        """Close the file; the cache cannot be used after that."""
        self._connection.close()


def _key(stamp: str) -> bytes:
    return blake2b(stamp.encode(errors="surrogateescape"), digest_size=16).digest()
