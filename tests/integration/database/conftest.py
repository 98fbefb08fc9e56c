"""The store on each database that it supports, empty at the start of each test."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from spark_vision.database.engine import open_engine
from spark_vision.database.migrate import migrate
from spark_vision.database.photo_files import FsspecPhotoFiles
from spark_vision.database.store import Store
from spark_vision.tagging.context import TaggingContext
from tests.integration.database.factories import Notebook

POSTGRES = os.environ.get("SPARK_VISION_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without a table."""
    if request.param == "sqlite":
        made = open_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")
        yield made
        made.dispose()
    else:
        yield from _postgres_schema()


@pytest.fixture
def engine(bare: Engine) -> Engine:
    """A database with all tables and no rows."""
    migrate(bare)
    return bare


@pytest.fixture
def sql_store(engine: Engine) -> Store:
    """The store, empty."""
    return Store(engine)


def _postgres_schema() -> Iterator[Engine]:
    """A schema of its own for each test, so that tests run side by side."""
    name = f"test_{uuid4().hex}"
    server = create_engine(POSTGRES)
    try:
        with server.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
    except OperationalError as error:
        word = f"there is no PostgreSQL: {error}"
        if "postgres" in os.environ.get("SPARK_VISION_REQUIRE", "").split(","):
            pytest.fail(word)
        pytest.skip(word)
    made = open_engine(f"{POSTGRES}?options=-csearch_path%3D{name}")
    yield made
    made.dispose()
    with server.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    server.dispose()


@pytest.fixture
def room(sql_store: Store, tmp_path: Path) -> TaggingContext:
    """A room with a folder for its photos and a notebook for its decisions."""
    return TaggingContext(sql_store, FsspecPhotoFiles(str(tmp_path / "photos")), Notebook())
