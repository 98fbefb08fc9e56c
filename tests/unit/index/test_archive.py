"""Versions as one file: there and back, and archives that somebody made to do harm."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from spark_vision.core.errors import IndexDamagedError, IndexVersionError
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.archive import export_version, import_version
from spark_vision.index.versions import VersionStore
from tests.fakes import build, encoded, noise, write_feed

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
def store(tmp_path: Path) -> VersionStore:
    rows = []
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(encoded(noise(number)))
        rows.append({"id": f"p{number}", "title": f"Product {number}", "image_link": f"{number}.png"})
    store = VersionStore(tmp_path / "index")
    build(store, write_feed(tmp_path / "feed.csv", rows), FakeEncoder())
    return store


@pytest.fixture
def archive(store: VersionStore, tmp_path: Path) -> Path:
    file = tmp_path / "version.tar"
    export_version(store, store.live(), file)
    return file


def members_of(archive: Path) -> Members:
    with tarfile.open(archive) as opened:
        return [(member, opened.extractfile(member).read()) for member in opened]


def write(file: Path, members: Members, mode: str = "w") -> Path:
    with tarfile.open(file, mode) as opened:
        for member, content in members:
            opened.addfile(member, io.BytesIO(content))
    return file


def test_a_version_is_the_same_on_another_machine(store: VersionStore, archive: Path, tmp_path: Path) -> None:
    other = VersionStore(tmp_path / "other")
    manifest = import_version(other, archive)
    assert manifest == store.manifest(store.live())
    assert not other.has_live()
    assert other.verify(manifest.version) == manifest
    here, there = store.folder(manifest.version), other.folder(manifest.version)
    assert {path.name: path.read_bytes() for path in here.iterdir()} == {
        path.name: path.read_bytes() for path in there.iterdir()
    }
    other.activate(manifest.version)
    assert other.load().version == manifest.version


def test_nothing_is_overwritten(store: VersionStore, archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(IndexVersionError, match="exists already"):
        export_version(store, store.live(), archive)
    assert archive.read_bytes() == before
    with pytest.raises(IndexVersionError, match="already"):
        import_version(store, archive)
    assert store.verify(store.live())


def renamed(name: str) -> Callable[[Members], Members]:
    def change(members: Members) -> Members:
        members[1][0].name = name
        return members

    return change


def of_kind(kind: bytes) -> Callable[[Members], Members]:
    def change(members: Members) -> Members:
        members[1][0].type = kind
        members[1][0].linkname = "/etc/passwd"
        return members

    return change


def contents_with(**changed: object) -> Callable[[Members], Members]:
    def change(members: Members) -> Members:
        content = json.dumps(json.loads(members[0][1]) | changed).encode()
        members[0][0].size = len(content)
        return [(members[0][0], content), *members[1:]]

    return change


def flipped(members: Members) -> Members:
    member, content = members[1]
    return [members[0], (member, bytes([content[0] ^ 1]) + content[1:]), *members[2:]]


HUGE = {"manifest.json": {"bytes": 1 << 50, "sha256": "0" * 64}}
OUTSIDE = {"../manifest.json": {"bytes": 1, "sha256": "0" * 64}}


@pytest.mark.parametrize(
    "change",
    [
        renamed("../outside.json"),
        renamed("/tmp/outside.json"),
        renamed("manifest.json/../../x"),
        of_kind(tarfile.SYMTYPE),
        of_kind(tarfile.LNKTYPE),
        of_kind(tarfile.FIFOTYPE),
        of_kind(tarfile.DIRTYPE),
        contents_with(version="../other"),
        contents_with(version=""),
        contents_with(version="20260101T000000-abcdef"),  # not the manifest's own
        contents_with(format=2),
        contents_with(files=HUGE),
        contents_with(files=OUTSIDE),
        contents_with(files={}),
        contents_with(files=[1]),
        contents_with(files={"manifest.json": {"bytes": True, "sha256": 1}}),
        flipped,
        lambda members: members[1:],
        lambda members: members[:-1],
        lambda members: [*members, members[-1]],
        lambda members: [],
    ],
)
def test_a_hostile_archive_leaves_nothing_behind(
    archive: Path, tmp_path: Path, change: Callable[[Members], Members]
) -> None:
    file = write(tmp_path / "hostile.tar", change(members_of(archive)))
    place = tmp_path / "deep" / "other"
    with pytest.raises(IndexDamagedError):
        import_version(VersionStore(place), file)
    assert VersionStore(place).names() == []
    assert {path.relative_to(place).as_posix() for path in place.rglob("*")} <= {".lock", "work", "versions"}
    assert not list((tmp_path / "deep").glob("outside*"))


@pytest.mark.parametrize("mode", ["w:gz", "w:xz"])
def test_a_compressed_archive_is_not_unpacked(archive: Path, tmp_path: Path, mode: str) -> None:
    file = write(tmp_path / "small.tar", members_of(archive), mode)
    with pytest.raises(IndexDamagedError, match="not an exported index version"):
        import_version(VersionStore(tmp_path / "other"), file)


@pytest.mark.parametrize("length", [0, 100, 700, 5000])
def test_a_cut_off_archive_is_refused(archive: Path, tmp_path: Path, length: int) -> None:
    file = tmp_path / "cut.tar"
    file.write_bytes(archive.read_bytes()[:length])
    with pytest.raises(IndexDamagedError):
        import_version(VersionStore(tmp_path / "other"), file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexVersionError, match=r"absent\.tar"):
        import_version(VersionStore(tmp_path / "other"), tmp_path / "absent.tar")
