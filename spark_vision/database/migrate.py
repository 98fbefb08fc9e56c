"""Bringing a database to the tables that this program knows: all of it in one transaction, or nothing."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from spark_vision.core.errors import StoreError
from spark_vision.database.db_errors import translate_db_errors

_log = logging.getLogger(__name__)
# Which says at each start that nothing was to be done.
logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)
# Any number will do, as long as all processes use the same one.
_LOCK = 0x53_56_4D_49
_WAIT_MILLISECONDS = 120_000


def migrate(engine: Engine) -> tuple[str, ...]:
    """Apply the revisions that a database lacks, and name them; processes do it in turn.

    A run that was broken off has changed nothing. Raises StoreError where the database was made by a newer
    program, or a row refers to one that is not there, and StoreUnavailableError.
    """
    with translate_db_errors(engine), _alone(engine) as connection:
        config = _config(connection)
        before = _applied(connection)
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"The store is at revision {', '.join(before)}, which this program does not know;"
                " use the newer program that made it."
            ) from error
        _check_references(connection)
        applied = _between(config, before, _applied(connection))
    if applied:
        _log.info("the store's tables are at revision %s", applied[-1])
    return applied


def head() -> str:
    """The newest revision; there is one."""
    newest = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert newest is not None  # noqa: S101 - the package has revisions
    return newest


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other process migrates beside."""
    with engine.execution_options(writes=True).connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _set_sqlite(connection, foreign_keys=False)
        try:
            # On SQLite, to begin is to hold the file's lock.
            with connection.begin():
                if not sqlite:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                yield connection
        finally:
            if sqlite:
                connection.invalidate()  # what was set was for this alone


def _set_sqlite(connection: Connection, *, foreign_keys: bool) -> None:
    """Outside of a transaction, where alone it can be set.

    Alembic changes a SQLite table by making a new one and dropping the old, which would take all that
    refers to its rows along.
    """
    raw = connection.connection.dbapi_connection
    assert raw is not None  # noqa: S101 - it has just been opened
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
    cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MILLISECONDS}")
    cursor.close()


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise StoreError(f"A row of the table {broken[0]} refers to one of {broken[2]} that is not there.")


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).resolve().parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")  # a module's name begins with a letter
    config.attributes["connection"] = connection
    return config


def _applied(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


def _between(config: Config, before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    if before == after:
        return ()
    script = ScriptDirectory.from_config(config)
    return tuple(
        step.revision
        for step in reversed(list(script.iterate_revisions(after, before or "base")))
        if isinstance(step.revision, str)
    )


def write_revision(engine: Engine, name: str, message: str) -> None:
    """Write a revision file with what the tables of this program have beyond a database at the head."""
    with engine.connect() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=name)
