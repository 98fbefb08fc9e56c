"""Engines: SQLite set up so that what is committed is on disk, or PostgreSQL as it is."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from spark_vision.core.errors import StoreAddressError
from spark_vision.database.db_errors import shown

_BUSY_MILLISECONDS = 10_000
_CONNECTIONS = 16
_NO_ADDRESS = (
    "this is no address of a database that is known here; one is postgresql+psycopg://USER:PASSWORD@HOST/NAME"
    " or sqlite:///PATH."
)


def open_engine(url: str | URL) -> Engine:
    """An engine for `sqlite:///PATH` or `postgresql+psycopg://…`; connects on first use.

    Raises StoreAddressError for what is neither.
    """
    address = _address(url)
    try:
        if address.get_backend_name() == "sqlite":
            return _sqlite(address)
        return create_engine(address, pool_pre_ping=True)
    # A database that is not known, whose driver is not here, or that is in memory: each connection's own.
    except (ArgumentError, ImportError, TypeError) as error:
        raise StoreAddressError(f"{shown(address)}: {_NO_ADDRESS}") from error


def sqlite_file(url: str | URL) -> Path | None:
    """The file of a SQLite database; None for all others. Raises StoreAddressError."""
    address = _address(url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def _address(url: str | URL) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:  # not shown: where the password is in it, nobody can say
        raise StoreAddressError(f"SPARK_VISION_DATABASE_URL: {_NO_ADDRESS}") from error


def _sqlite(address: URL) -> Engine:
    # All of them are kept: opening one takes longer than a query, and many come at once.
    engine = create_engine(address, pool_size=_CONNECTIONS, max_overflow=0, pool_use_lifo=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver would open transactions late, and a reader that turns writer is refused at once: `_begin`
    # opens them instead, and writers ask for the lock when they begin, where waiting works.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {_BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "foreign_keys = ON",
        "synchronous = FULL",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
