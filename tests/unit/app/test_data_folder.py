"""Data is for its owner alone, whatever the umask and whatever an older version left."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE

import pytest

from spark_vision.app.secret import signing_secret
from spark_vision.app.settings import Settings
from spark_vision.app.store import build_tagging_context, migrate_store, open_store
from spark_vision.core.post import Photo


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """Everybody may do everything, unless the program says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return S_IMODE(path.stat().st_mode)


def started(data: Path, **settings: str) -> None:
    """Do what a start does, with a photo."""
    given = Settings(data_dir=data, **{"database_url": "", "photos_url": "", "secret_key": "", **settings})
    store = open_store(given)
    migrate_store(given, store)
    signing_secret(given)
    photo = Photo("ab" * 32, 640, 480, ())
    build_tagging_context(given, store).files.write(photo, {640: b"photo"})
    migrate_store(given, store)
    store.close()


def test_all_that_a_start_makes_is_for_its_owner(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    started(data)
    names = {path.name for path in data.iterdir()}
    assert {"store.sqlite", "secret", "photos"} <= names
    assert mode(data) == 0o700
    assert mode(data / "photos") == 0o700
    for path in data.rglob("*"):
        if path.is_file():
            assert mode(path) == 0o600, path


def test_the_files_that_sqlite_keeps_beside_are_for_the_owner(tmp_path: Path) -> None:
    data = tmp_path / "data"
    given = Settings(data_dir=data, database_url="", photos_url="")
    store = open_store(given)
    migrate_store(given, store)
    with store.writing() as work:
        assert work.accounts.is_empty()
        beside = sorted(data.glob("store.sqlite-*"))
        assert beside
        assert {mode(path) for path in beside} == {0o600}
    store.close()


def test_what_an_older_version_left_is_taken_at_the_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "photos").mkdir(parents=True)
    (data / "imports").mkdir()
    (data / "secret").write_bytes(b"x" * 40)
    sqlite3.connect(data / "store.sqlite").close()
    started(data)
    for name in ("", "photos", "imports"):
        assert mode(data / name) == 0o700
    for name in ("store.sqlite", "secret"):
        assert mode(data / name) == 0o600
    assert (data / "secret").read_bytes() == b"x" * 40


def test_a_folder_that_holds_other_things_stays_open(tmp_path: Path) -> None:
    data, other = tmp_path / "shared", tmp_path / "shared" / "report.txt"
    data.mkdir()
    other.write_text("for all")
    before = mode(data), mode(other)
    started(data)
    assert (mode(data), mode(other)) == before
    assert mode(data / "store.sqlite") == 0o600
    assert mode(data / "photos") == 0o700


def test_links_are_not_followed(tmp_path: Path) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    data.mkdir()
    elsewhere.mkdir(mode=0o755)
    (data / "photos").symlink_to(elsewhere)
    started(data)
    assert mode(elsewhere) == 0o755


def test_a_database_elsewhere_is_taken_without_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "databases"
    folder.mkdir()
    before = mode(folder)
    started(tmp_path / "data", database_url=f"sqlite:///{folder / 'shop.sqlite'}")
    assert mode(folder / "shop.sqlite") == 0o600
    assert mode(folder) == before
