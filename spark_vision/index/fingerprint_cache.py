"""What files were when they were last read, so that an unchanged one need not be read again."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

from spark_vision.index.cache_file import MOST_ASKED, open_cache, places

_TABLE = "create table if not exists stamp (stamp blob primary key, picture blob not null) without rowid"
_ASKED = "select stamp, picture from stamp where stamp in ({})"


class FileFingerprintCache:
    """Digests of pictures by their stamps (see FingerprintedSource), whatever the encoder; for one thread."""

    def __init__(self, folder: Path) -> None:
        self._connection = open_cache(folder / "stamps.db", _TABLE)

    def digests(self, stamps: Iterable[str | None]) -> list[str | None]:
        """The SHA-256 that goes with each stamp, or None where it is not known."""
        keys = [None if stamp is None else _key(stamp) for stamp in stamps]
        known = self._known([key for key in keys if key is not None])
        return [None if key is None else known.get(key) for key in keys]

    def _known(self, keys: Sequence[bytes]) -> dict[bytes, str]:
        known: dict[bytes, str] = {}
        for at in range(0, len(keys), MOST_ASKED):
            some = keys[at : at + MOST_ASKED]
            rows = self._connection.execute(_ASKED.format(places(some)), some)
            known.update((stamp, picture.hex()) for stamp, picture in rows)
        return known

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
