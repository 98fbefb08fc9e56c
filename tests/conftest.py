"""Fixtures that the tests of all packages share."""

from pathlib import Path

import pytest

from spark_vision.encoding.fake import FakeEncoder
from spark_vision.indexing.versions import VersionStore
from tests.fakes import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """An empty feed with a folder for its pictures."""
    return Shelf(tmp_path / "shop")


@pytest.fixture
def store(tmp_path: Path) -> VersionStore:
    """An index folder that is not there yet."""
    return VersionStore(tmp_path / "index")


@pytest.fixture
def encoder() -> FakeEncoder:
    """The encoder without weights."""
    return FakeEncoder()
