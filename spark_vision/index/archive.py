"""Index versions as one file: a plain tar archive that begins with a table of its contents.

The first member is `archive.json`: the format, the version's name, and the length and SHA-256 of every
file. An archive may come from anywhere, so that nothing in it is trusted before it was checked.
"""

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from spark_vision.core.errors import IndexDamagedError, IndexVersionError, reason_of
from spark_vision.index.atomic_files import file_sha256, sync_file, try_file_lock
from spark_vision.index.manifest import MANIFEST, FileEntry, Manifest
from spark_vision.index.versions import VersionStore, open_gallery

CONTENTS = "archive.json"
_FORMAT = 1
_MOST_CONTENTS = 1 << 20  # bytes of the table
_MOST_FILES = 100
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_BLOCK = 1 << 20


@dataclass(frozen=True)
class _Contents:
    """What an archive says that it holds."""

    version: str
    files: dict[str, FileEntry]


def export_version(store: VersionStore, name: str, target: Path) -> Manifest:
    """Write a version to a file that another machine can import.

    Args:
        store: The index folder.
        name: The version's name.
        target: The file to write; an existing file is never overwritten.

    Raises:
        IndexVersionError: There is no such version, it is damaged, or the file cannot be written.
    """
    manifest = store.verify(name)
    folder = store.folder(name)
    files = sorted(path for path in folder.iterdir() if path.is_file() and _NAME.fullmatch(path.name))
    entries = {path.name: FileEntry(path.stat().st_size, file_sha256(path)) for path in files}
    beside = target.with_name(f".{target.name}.part")
    try:
        if target.exists():
            raise IndexVersionError(f"{target} exists already. Name another file, or remove it.")
        with tarfile.open(beside, "w", format=tarfile.PAX_FORMAT) as archive:
            _add(archive, CONTENTS, BytesIO(_as_json(name, entries)))
            for path in files:
                with path.open("rb") as content:
                    _add(archive, path.name, content, entries[path.name].bytes)
        sync_file(beside)
        beside.replace(target)
    except OSError as error:
        raise IndexVersionError(f"{target} cannot be written ({error.strerror or error}).") from error
    finally:
        beside.unlink(missing_ok=True)
    return manifest


def import_version(store: VersionStore, source: Path) -> Manifest:
    """Add the version of an archive to an index folder, beside the live one.

    Args:
        store: The index folder; it is made if it does not exist.
        source: A file that `export_version` wrote.

    Returns:
        The manifest of the version, which is verified and not live yet.

    Raises:
        IndexDamagedError: The file is no archive of a version, or any of its bytes differs from its digest.
        IndexVersionError: The index has that version already, or cannot be written.
        IndexBusyError: A build is at work on the index.
    """
    try:
        store.root.mkdir(parents=True, exist_ok=True)
        with try_file_lock(store.root / ".lock"):
            store.clean_work()
            try:
                return _import(store, source)
            finally:
                store.clean_work()
    except OSError as error:
        place = error.filename or source
        raise IndexVersionError(f"{place}: {error.strerror or error}; nothing was imported.") from error


def _import(store: VersionStore, source: Path) -> Manifest:
    with _opened(source) as archive:
        members = iter(archive)
        contents = _contents(archive, next(members, None), source)
        if contents.version in store.names():
            raise IndexVersionError(f"{store.root} has version {contents.version!r} already.")
        if sum(entry.bytes for entry in contents.files.values()) > source.stat().st_size:
            raise IndexDamagedError(f"{source}: its files are said to be longer than the archive.")
        folder = store.work / contents.version
        folder.mkdir()
        left = dict(contents.files)
        for member in members:
            _unpack(archive, member, left, folder, source)
    if left:
        raise IndexDamagedError(f"{source}: the archive ends before {', '.join(sorted(left))}.")
    staged = VersionStore(store.work)
    (store.work / "versions").mkdir()
    folder = folder.rename(store.work / "versions" / contents.version)
    manifest = staged.verify(contents.version)
    open_gallery(folder, manifest)
    store.publish(folder, contents.version, live=False)
    return manifest


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        # "r:" reads tar without compression alone: nothing in it is longer than the file itself.
        with tarfile.open(source, "r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise IndexDamagedError(f"{source} is not an exported index version ({reason_of(error)}).") from error


def _contents(archive: tarfile.TarFile, member: tarfile.TarInfo | None, source: Path) -> _Contents:
    if member is None or member.name != CONTENTS or not _is_plain(member) or member.size > _MOST_CONTENTS:
        raise IndexDamagedError(f"{source} is not an exported index version: it has no {CONTENTS}.")
    try:
        value = json.loads(_stream(archive, member).read(_MOST_CONTENTS))
        said = value["format"]
        files = {str(name): _entry(entry) for name, entry in value["files"].items()}
        contents = _Contents(str(value["version"]), files)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamagedError(f"{source}: {CONTENTS} cannot be read ({reason_of(error)}).") from error
    if said != _FORMAT:
        raise IndexDamagedError(f"{source}: its format is {said!r}, this program reads {_FORMAT}.")
    names = [contents.version, *files]
    if len(files) > _MOST_FILES or MANIFEST not in files or not all(map(_NAME.fullmatch, names)):
        raise IndexDamagedError(f"{source}: {CONTENTS} does not list the files of an index version.")
    return contents


def _entry(value: dict[str, Any]) -> FileEntry:
    size, digest = value["bytes"], value["sha256"]
    if type(size) is not int or size < 0 or not isinstance(digest, str):
        raise ValueError(f"no length and digest of a file: {str(value)[:100]}")
    return FileEntry(size, digest)


def _unpack(
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    left: dict[str, FileEntry],
    folder: Path,
    source: Path,
) -> None:
    """Write one member that the table names, and take it off the table."""
    entry = left.pop(member.name, None)
    if entry is None or not _is_plain(member) or member.size != entry.bytes:
        raise IndexDamagedError(
            f"{source}: member {member.name[:100]!r} is not a file that {CONTENTS} lists."
        )
    digest = hashlib.sha256()
    with (folder / member.name).open("xb") as file:
        content = _stream(archive, member)
        while block := content.read(_BLOCK):
            digest.update(block)
            file.write(block)
    if digest.hexdigest() != entry.sha256:
        raise IndexDamagedError(f"{source}: the checksum of {member.name} is wrong.")


def _is_plain(member: tarfile.TarInfo) -> bool:
    """Whether a member is a regular file: no link, device or folder, and not sparse."""
    return member.isreg() and not member.issparse()


def _stream(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    if content is None:
        raise tarfile.TarError(f"{member.name} has no content")
    return content


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int | None = None) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content.getvalue()) if isinstance(content, BytesIO) else size or 0
    archive.addfile(member, content)


def _as_json(version: str, entries: dict[str, FileEntry]) -> bytes:
    files = {name: asdict(entry) for name, entry in entries.items()}
    return json.dumps({"format": _FORMAT, "version": version, "files": files}, indent=2).encode() + b"\n"
