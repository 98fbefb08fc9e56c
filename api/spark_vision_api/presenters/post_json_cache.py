"""Posts as strangers see them, written once for each of their versions.

A feed is read far more often than posts change, and writing fifty of them takes longer than finding them.
"""

from collections.abc import Iterable
from threading import Lock

Key = tuple[str, int, str]
"""A post's id and version, and the index version whose products it shows."""


class PostJsonCache:
    """The JSON of the posts that were asked for last, `most` of them; may be shared between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._held: dict[Key, bytes] = {}

    def get_many(self, keys: Iterable[Key]) -> dict[str, bytes]:
        """What is held under several keys, by post id; it counts as asked for."""
        found = {}
        with self._lock:
            for key in keys:
                fragment = self._held.pop(key, None)
                if fragment is not None:
                    found[key[0]] = self._held[key] = fragment
        return found

    def put(self, key: Key, fragment: bytes) -> None:
        """Hold one more; what was not asked for the longest makes room."""
        with self._lock:
            self._held[key] = fragment
            if len(self._held) > self._most:
                del self._held[next(iter(self._held))]

    def __len__(self) -> int:
        return len(self._held)
