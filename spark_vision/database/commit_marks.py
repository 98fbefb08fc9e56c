"""Whether anything was committed since one looked last, asked of SQLite itself: a twentieth of what a query
takes.
"""

import sqlite3
from threading import Lock
from typing import Any

from sqlalchemy import Engine


class SqliteCommits:
    """Watches a SQLite database through a connection of its own, which never writes. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened = 0

    def mark(self) -> tuple[int, int] | None:
        """Return a value that differs once anything was committed.

        Two marks are equal only if the same connection gave them.
        """
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._open()
                    self._opened += 1
                version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
            except sqlite3.Error:
                self._drop()
                return None
            return self._opened, version

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._drop()

    def _open(self) -> sqlite3.Connection:
        pooled: Any = self._engine.raw_connection()
        connection: sqlite3.Connection = pooled.driver_connection
        pooled.detach()
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
