"""Migrations: they lead to the tables that the program knows, whatever happened on the way."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect, text
from sqlalchemy.exc import DBAPIError

from spark_vision.core.errors import StoreError
from spark_vision.database import migrate as migration
from spark_vision.database import tables as tables
from spark_vision.database.base import Base
from spark_vision.database.migrate import head, migrate


class PowerCutError(Exception):
    """What ends a migration halfway in these tests."""


@contextmanager
def power_cut(engine: Engine, after: int) -> Iterator[None]:
    """Raise before the statement of this number."""
    left = after

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise PowerCutError

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)


def test_there_is_one_head_and_each_revision_has_a_file_of_its_own() -> None:
    script = ScriptDirectory.from_config(migration._config(None))
    assert script.get_heads() == [head()]
    assert [step.revision for step in script.walk_revisions()][-1] == "0001"


def test_migrations_and_models_agree(engine: Engine) -> None:
    assert differences(engine) == []


def test_a_second_run_has_nothing_to_do(engine: Engine) -> None:
    assert migrate(engine) == ()


def test_a_run_broken_off_anywhere_has_changed_nothing_and_the_next_one_ends_well(bare: Engine) -> None:
    cut = 0
    for after in range(0, 400, 3):
        try:
            with power_cut(bare, after):
                migrate(bare)
        except PowerCutError:
            cut += 1
            assert set(inspect(bare).get_table_names()) == set()
        else:
            break
    assert cut > 5
    assert differences(bare) == []
    assert migrate(bare) == ()


def test_several_processes_migrate_in_turn(bare: Engine) -> None:
    code = (
        "import sys; from spark_vision.database.engine import open_engine;"
        "from spark_vision.database.migrate import migrate; print(len(migrate(open_engine(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", code, bare.url.render_as_string(hide_password=False)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    applied = sorted(int(process.communicate(timeout=120)[0]) for process in processes)
    assert applied[:2] == [0, 0]
    assert applied[2] >= 1
    assert differences(bare) == []


def test_a_store_of_a_newer_program_is_refused(engine: Engine) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"9999.*newer"):
        migrate(engine)


@pytest.mark.parametrize("statement", ["UPDATE decisions SET kind = 'rejected'", "DELETE FROM decisions"])
def test_the_log_cannot_be_changed(engine: Engine, statement: str) -> None:
    writes = engine.execution_options(writes=True)
    with writes.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO accounts (id, name, role, created_at)"
                " VALUES ('a', 'Ada', 'poster', '2026-05-01 12:00:00+00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO decisions (id, at, account_id, post_id, product_id, kind, reason)"
                " VALUES ('d', '2026-05-01 12:00:00+00:00', 'a', 'p', 'mug', 'by_hand', '')"
            )
        )
    with pytest.raises(DBAPIError, match="append-only"), writes.begin() as connection:
        connection.execute(text(statement))
