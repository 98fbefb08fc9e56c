"""Versions in their folder: listed, loaded, verified, activated, rolled back."""

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spark_vision.core.errors import IndexDamagedError, IndexNotFoundError, IndexVersionError
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.versions import VersionStore
from tests.fakes import Shelf, build, noise

FILES = ["vectors.faiss", "products.parquet", "pictures.parquet", "report.json", "manifest.json"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """An index folder of three versions, of one, two and three products; the last one is live."""
    folder = tmp_path_factory.mktemp("built")
    store, shelf, made = VersionStore(folder / "index"), Shelf(folder / "shop"), []
    for number in range(3):
        shelf.add(f"p{number}", noise(number))
        made.append(build(store, shelf.feed, FakeEncoder()).manifest.version)
    return store.root, made


@pytest.fixture
def names(built: tuple[Path, list[str]], store: VersionStore) -> list[str]:
    """The versions of a copy of that folder, in the order in which they were made."""
    root, made = built
    shutil.copytree(root, store.root)
    return made


def folder_of(store: VersionStore, name: str) -> Path:
    return store.root / "versions" / name


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES = {
    "a flipped bit": flip,
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "empty": lambda path: path.write_bytes(b""),
}


def test_folder_without_versions_has_none(store):
    assert (store.names(), store.has_live()) == ([], False)
    for call in (store.live, store.load, store.rollback):
        with pytest.raises(IndexNotFoundError, match="index"):
            call()


def test_all_versions_are_listed_and_the_last_is_live(store, names):
    assert sorted(store.names()) == sorted(names)
    assert store.live() == names[-1]
    assert len(store.load()) == 3


def test_any_version_can_be_loaded_by_name(store, names):
    assert [len(store.load(name)) for name in names] == [1, 2, 3]


@pytest.mark.parametrize("name", ["absent", "", ".", "../versions", "versions/x", "nul\0"])
def test_version_that_is_not_there_is_not_found(store, names, name):
    for call in (store.load, store.verify, store.activate, store.manifest, store.report):
        with pytest.raises(IndexNotFoundError, match="no version"):
            call(name)
    assert store.live() == names[-1]


def test_activated_version_is_live_and_rollback_returns_to_the_one_before(store, names):
    store.activate(names[0])
    assert store.live() == names[0]
    assert store.rollback() == names[2]
    assert store.live() == names[2]
    assert store.rollback() == names[1]


def test_rollback_ends_with_the_only_version(store, names):
    store.rollback()
    store.rollback()
    with pytest.raises(IndexNotFoundError, match="no version was live before"):
        store.rollback()
    assert store.live() == names[0]


def test_activating_the_live_version_again_changes_nothing(store, names):
    store.activate(names[2])
    assert (store.live(), store.rollback()) == (names[2], names[1])


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", FILES)
def test_damaged_file_is_refused_by_name_and_an_older_version_can_be_activated(store, names, file, damage):
    DAMAGES[damage](folder_of(store, names[2]) / file)
    for call in (store.load, store.verify, store.activate):
        with pytest.raises(IndexDamagedError, match=file):
            call(names[2])
    store.activate(names[1])
    assert len(store.load()) == 2


@pytest.mark.parametrize("file", [name for name in FILES if name != "manifest.json"])
def test_missing_file_is_refused_by_name(store, names, file):
    (folder_of(store, names[2]) / file).unlink()
    with pytest.raises(IndexDamagedError, match=rf"{file}: the file is missing.*activate an older version"):
        store.load()


def test_version_without_manifest_is_refused_and_an_older_one_can_be_activated(store, names):
    (folder_of(store, names[2]) / "manifest.json").unlink()
    with pytest.raises((IndexDamagedError, IndexNotFoundError), match=names[2]):
        store.load()
    store.activate(names[1])
    assert len(store.load()) == 2


def test_damaged_version_is_not_rolled_back_to(store, names):
    flip(folder_of(store, names[1]) / "vectors.faiss")
    with pytest.raises(IndexDamagedError, match=r"vectors\.faiss"):
        store.rollback()
    assert store.live() == names[2]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"\xff"])
def test_damaged_pointer_is_refused_by_name_and_activating_makes_it_anew(store, names, data):
    (store.root / "live.json").write_bytes(data)
    with pytest.raises(IndexDamagedError, match=r"live\.json"):
        store.live()
    store.activate(names[0])
    assert (store.live(), len(store.load())) == (names[0], 1)


def test_pointer_says_what_is_live_to_whoever_reads_it(store, names):
    pointer = json.loads((store.root / "live.json").read_bytes())
    assert (pointer["live"], pointer["history"]) == (names[2], names)


def test_activating_in_many_threads_at_once_leaves_a_whole_pointer(store, names):
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(store.activate, names[number % 3]) for number in range(60)]:
            done.result()
    pointer = json.loads((store.root / "live.json").read_bytes())
    assert sorted(pointer["history"]) == sorted(names)
    assert store.load().version == pointer["live"]


def test_nothing_is_left_of_the_work(store, names):
    assert not store.work.exists()
    assert not list(store.root.glob(".*.new"))


def test_report_of_a_version_is_kept(store, names):
    assert store.report(names[0]) == {"counts": {}, "issues": []}


def test_what_is_made_live_while_old_versions_are_removed_stays(store, names, monkeypatch):
    """A version is made live at the very moment when it is about to be removed: it waits its turn."""
    store.activate(names[1])
    store.activate(names[2])
    with ThreadPoolExecutor(1) as other:
        started, point = [], VersionStore._point

        def slowly(self, history):
            started.append(other.submit(VersionStore(store.root).activate, names[0]))
            time.sleep(0.2)  # long enough for one who does not wait
            point(self, history)

        monkeypatch.setattr(VersionStore, "_point", slowly)
        gone = store.retain(1)
        monkeypatch.setattr(VersionStore, "_point", point)
        assert gone == [names[0]]
        with pytest.raises(IndexNotFoundError):
            started[0].result()
    assert store.live() == names[2]
    assert len(store.load()) == 3


@pytest.mark.parametrize("unwritable", [".live.lock", ".live.json.new"])
def test_a_folder_that_one_may_not_write_in_is_named(
    store: VersionStore, names: list[str], unwritable: str
) -> None:
    (store.root / ".live.lock").unlink()
    (store.root / unwritable).mkdir()  # which no rights open for writing, either
    for call in (lambda: store.activate(names[0]), store.rollback):
        with pytest.raises(IndexVersionError, match=f"{unwritable}: Is a directory; the live version stays"):
            call()
    assert store.live() == names[-1]


def test_where_there_is_no_index_there_is_no_such_version(store: VersionStore) -> None:
    with pytest.raises(IndexNotFoundError, match="no version 'nothing'; there is none"):
        store.activate("nothing")


def test_a_build_where_one_may_not_write_names_the_file(store: VersionStore, shelf: Shelf) -> None:
    shelf.add("p", noise(1))
    (store.root / ".lock").mkdir(parents=True)
    with pytest.raises(IndexVersionError, match=r"\(\S+/index/\.lock: Is a directory\); the live version"):
        build(store, shelf.feed, FakeEncoder())
