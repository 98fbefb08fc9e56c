"""The versions of an index folder, and the pointer to the live one.

index/live.json         which version is live, and which were before
index/versions/NAME/    one version: vectors, records, report, manifest; and what its run did, for people
index/cache/            embeddings by picture content
index/work/             a build on its way; leftovers are removed by the next
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spark_vision.core.errors import (
    ConflictError,
    IndexBusyError,
    IndexDamagedError,
    IndexNotFoundError,
    IndexVersionError,
    reason_of,
)
from spark_vision.index.atomic_files import (
    file_lock,
    file_sha256,
    sync_file,
    sync_folder,
    try_file_lock,
    write_atomically,
)
from spark_vision.index.engines.faiss.gallery import FaissGallery
from spark_vision.index.engines.faiss.kinds import read_index
from spark_vision.index.guard import HELD, Hold, read_hold, release
from spark_vision.index.manifest import MANIFEST, FileEntry, Manifest, read_manifest
from spark_vision.index.records import PICTURES, PRODUCTS, Records
from spark_vision.index.vector_check import check_vectors

REPORT = "report.json"
_POINTER = "live.json"
_POINTER_LOCK = ".live.lock"
_REMEMBERED = 20


@dataclass(frozen=True)
class VersionStore:
    """An index folder; `shared_cache` takes the place of its own cache where it is given."""

    root: Path
    shared_cache: Path | None = None

    @property
    def cache(self) -> Path:
        """Where embeddings are kept between builds."""
        return self.shared_cache or self.root / "cache"

    @property
    def work(self) -> Path:
        """Where a build is at work."""
        return self.root / "work"

    @property
    def _versions(self) -> Path:
        return self.root / "versions"

    def names(self) -> list[str]:
        """All versions, oldest first."""
        return sorted(path.parent.name for path in self._versions.glob(f"*/{MANIFEST}"))

    def live(self) -> str:
        """The live version's name; raises IndexNotFoundError where there is none yet."""
        history = self._history()
        if not history:
            raise IndexNotFoundError(
                f"{self.root}: there is no index here yet; make one with `spark-vision index build SOURCE`."
            )
        return history[-1]

    def has_live(self) -> bool:
        """Whether any version is live."""
        return bool(self._history())

    def folder(self, name: str) -> Path:
        """A version's folder; raises IndexNotFoundError where there is no such version."""
        if name not in self.names():
            known = ", ".join(self.names()[-5:]) or "none"
            raise IndexNotFoundError(f"{self.root}: no version {name!r}; there is {known}.")
        return self._versions / name

    def manifest(self, name: str) -> Manifest:
        """A version's manifest; raises IndexDamagedError."""
        return read_manifest(self.folder(name))

    def report(self, name: str) -> dict[str, Any]:
        """What the build of a version reported; raises IndexDamagedError."""
        path = self.folder(name) / REPORT
        try:
            report: dict[str, Any] = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise IndexDamagedError(f"{path}: cannot be read ({reason_of(error)}).") from error
        return report

    def publish(self, folder: Path, name: str, *, live: bool = True) -> None:
        """Move a finished version into place and make it live, each in one step that lasts."""
        for path in folder.iterdir():
            sync_file(path)
        sync_folder(folder)
        self._versions.mkdir(parents=True, exist_ok=True)
        folder.rename(self._versions / name)
        sync_folder(self._versions)
        if live:
            self.activate(name)

    def hold(self, name: str) -> Hold | None:
        """Return why a version is held beside the live one, or None. Raises IndexVersionError's children."""
        return read_hold(self.folder(name))

    def held(self) -> list[str]:
        """Return the versions that are held, oldest first."""
        return [name for name in self.names() if (self._versions / name / HELD).exists()]

    def accept(self, name: str) -> None:
        """Make a held version live. Raises IndexVersionError's children; ConflictError if it is not held."""
        self._check_held(name)
        self.activate(name)

    def discard(self, name: str) -> None:
        """Remove a held version. Raises IndexNotFoundError, and ConflictError if it is not held."""
        with self._pointing():
            self._check_held(name)
            self.work.mkdir(parents=True, exist_ok=True)
            gone = self.work / f"discarded-{name}"
            (self._versions / name).rename(gone)  # in one step, so that it is never half there
            shutil.rmtree(gone, ignore_errors=True)

    def release_held(self, *, but: str = "") -> None:
        """Hold no version but one any longer; they stay as ordinary versions until retention removes them."""
        for name in self.held():
            if name != but:
                release(self._versions / name)

    def _check_held(self, name: str) -> None:
        if self.hold(name) is None:
            raise ConflictError(f"Version {name!r} is not held. `index list` shows what is.")

    def activate(self, name: str) -> None:
        """Verify a version and make it live; raises IndexVersionError and its children."""
        self.folder(name)  # where there is no index at all there is no turn to wait for either
        with self._pointing():
            self.verify(name)  # within, so that nobody removes it meanwhile
            try:
                history = [held for held in self._history() if held != name]
            except IndexDamagedError:  # Which version is wanted was just said: begin anew.
                history = []
            self._point([*history, name])
            release(self._versions / name)

    def rollback(self) -> str:
        """Make the version live that was so before; returns its name. Raises as `activate` does."""
        if not self.has_live():
            raise IndexNotFoundError(f"{self.root}: there is no index here, so none to go back to.")
        with self._pointing():
            history = self._history()
            if len(history) < 2:
                raise IndexNotFoundError(f"{self.root}: no version was live before this one.")
            self.verify(history[-2])
            self._point(history[:-1])
        return history[-2]

    def retain(self, count: int) -> list[str]:
        """Remove all but the newest versions, the live one and the one before it; returns what went."""
        with file_lock(self.root / _POINTER_LOCK):
            history = self._history()
            names = self.names()
            # Versions of single changes do not count, or ten of them would remove all others.
            counted = [name for name in names if not self._is_of_changes(name)]
            kept = {*counted[-count:], *history[-2:], *self.held()}
            gone = [name for name in names if name not in kept]
            if any(name in gone for name in history):
                self._point([name for name in history if name not in gone])
            self.work.mkdir(exist_ok=True)
            for name in gone:
                # In one step, so that a half-removed version is never among the versions.
                (self._versions / name).rename(self.work / name)
        return gone

    def _is_of_changes(self, name: str) -> bool:
        try:
            return bool(self.manifest(name).single_changes)
        except IndexVersionError:
            return False

    def verify(self, name: str) -> Manifest:
        """Check every file of a version against its manifest, and its vectors; raises IndexDamagedError."""
        folder = self.folder(name)
        manifest = read_manifest(folder)
        for file, entry in manifest.files.items():
            _check_file(folder / file, entry)
        check_vectors(folder, manifest)
        return manifest

    def verify_records(self, name: str) -> None:
        """Check the files of a version's products against its manifest; raises IndexDamagedError."""
        folder = self.folder(name)
        files = read_manifest(folder).files
        for file in (PRODUCTS, PICTURES):
            _check_file(folder / file, files[file])

    def load(self, name: str | None = None) -> FaissGallery:
        """Verify a version (None: the live one) and load it; raises IndexVersionError's children."""
        name = self.live() if name is None else name
        manifest = self.verify(name)
        return open_gallery(self.folder(name), manifest)

    def remove_leftovers(self) -> None:
        """Remove what a killed build left, unless another build is at work."""
        if self.work.exists():
            with suppress(IndexBusyError), try_file_lock(self.root / ".lock"):
                shutil.rmtree(self.work, ignore_errors=True)

    def clean_work(self) -> None:
        """Remove what broken-off builds left; only for who holds the lock."""
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    @contextmanager
    def _pointing(self) -> Iterator[None]:
        """One's turn at the pointer; IndexVersionError where files cannot be read, or nothing written."""
        try:
            with file_lock(self.root / _POINTER_LOCK):
                yield
        except OSError as error:
            raise IndexVersionError(
                f"{error.filename or self.root}: {error.strerror}; the live version stays as it is."
            ) from error

    def _history(self) -> list[str]:
        path = self.root / _POINTER
        try:
            history: list[str] = json.loads(path.read_bytes())["history"]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexDamagedError(f"{path}: the pointer cannot be read ({reason_of(error)}).") from error
        return history

    def _point(self, history: list[str]) -> None:
        pointer = {"live": history[-1], "history": history[-_REMEMBERED:]}
        write_atomically(self.root / _POINTER, json.dumps(pointer, indent=2).encode() + b"\n")


def _check_file(path: Path, entry: FileEntry) -> None:
    if not path.is_file():
        raise IndexDamagedError(f"{path}: the file is missing{_WAY_OUT}")
    if path.stat().st_size != entry.bytes:
        raise IndexDamagedError(
            f"{path}: has {path.stat().st_size:,} bytes instead of {entry.bytes:,}{_WAY_OUT}"
        )
    if file_sha256(path) != entry.sha256:
        raise IndexDamagedError(f"{path}: its checksum is wrong{_WAY_OUT}")


def open_gallery(folder: Path, manifest: Manifest) -> FaissGallery:
    """Map a version's files, which were checked before; raises IndexDamagedError where they do not fit."""
    index, records = read_index(folder, manifest), Records(folder)
    content = manifest.content
    found = (len(index), index.dimension, records.pictures, records.products)
    said = (content.pictures, content.encoder.dimension, content.pictures, content.products)
    if found != said:
        raise IndexDamagedError(f"{folder}: the files hold {found}, the manifest says {said}.")
    return FaissGallery(manifest, index, records)


_WAY_OUT = "; build again, or activate an older version (`spark-vision index list`)."
