"""Fixtures that the tests of all packages share."""

import os
from pathlib import Path

# Before NumPy and PyTorch are imported: processes that run tests side by side have a core each, and threads
# that wait for work should sleep. Child processes inherit both.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import pytest
from hypothesis import settings

from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.versions import VersionStore
from tests.fakes import Shelf

# No test asserts on time: a busy machine is no fault.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_pictures() -> Path:
    """The folder of real pictures: SPARK_VISION_DATA, or ../shared/data.

    Where it is absent a test is skipped with a word, unless SPARK_VISION_REQUIRE names `data`.
    """
    folder = Path(os.environ.get("SPARK_VISION_DATA") or ROOT.parent / "shared" / "data")
    if (folder / "grocery" / "photos.csv").is_file():
        return folder
    word = f"there are no real pictures in {folder}; say where with SPARK_VISION_DATA"
    if "data" in os.environ.get("SPARK_VISION_REQUIRE", "").split(","):
        pytest.fail(word)
    pytest.skip(word)


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
