"""SQLite files that hold what can be made again."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

MOST_ASKED = 500
"""How many rows are asked for at once: a statement may have 999 parameters in any SQLite."""


def open_cache(path: Path, table: str) -> sqlite3.Connection:
    """Open a cache with its table; a file that is no database is thrown away and made anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _opened(path, table)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # busy, or a full disk: no fault of the file's
            raise sqlite3.OperationalError(f"{path}: {error}") from error
        for name in (path, *path.parent.glob(f"{path.name}-*")):
            name.unlink(missing_ok=True)
        return _opened(path, table)


def places(values: Sequence[bytes]) -> str:
    """Question marks for so many parameters."""
    return ",".join("?" * len(values))


def _opened(path: Path, table: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        # A cache may lose its last rows with the power, but is never half-written.
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute(table)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
