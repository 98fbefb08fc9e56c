"""Whether a SQLite store has learned views, asked without importing SQLAlchemy."""

import sqlite3
from contextlib import closing
from pathlib import Path

_STANDING = "SELECT EXISTS (SELECT 1 FROM learned_views WHERE withdrawn_at IS NULL AND removed_at IS NULL)"
_SQLITE = "sqlite:///"


def may_have_learned_views(store_url: str) -> bool:
    """Return False only if a store certainly has no learned view that stands.

    A look-up by the command line loads SQLAlchemy and Alembic only if this returns True.

    Args:
        store_url: The database address of the settings. Every store but a SQLite file may have views.

    Returns:
        False for a SQLite file that does not exist, or whose table of learned views has no standing row.
        True for a file that cannot be read or was made by an earlier version: opening it says why, or
        migrates it.
    """
    if not store_url.startswith(_SQLITE):
        return True
    file = Path(store_url.removeprefix(_SQLITE).partition("?")[0])
    if not file.is_file():
        return file.exists()
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as store:
            return bool(store.execute(_STANDING).fetchone()[0])
    except sqlite3.Error:
        return True
