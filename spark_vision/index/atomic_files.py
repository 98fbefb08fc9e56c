"""Files that are wholly there or not at all, and what proves that they are what they were."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spark_vision.core.errors import IndexBusyError

_BLOCK = 1 << 20


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file in one step that survives a crash: write beside it, sync, rename, sync the folder."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """The same without waiting for the disk: whoever finds the file finds all of it."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    beside.replace(path)


def sync_file(path: Path) -> None:
    """Make a file's bytes survive a loss of power."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a folder's entries (new names, renames) survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits; memory stays flat."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Wait for one's turn at something that takes a moment, among threads and processes."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def try_file_lock(path: Path) -> Iterator[None]:
    """Hold a folder for one builder; raises IndexBusyError at once where another holds it.

    The lock is the kernel's (flock): it is gone with the process, however that ends.
    """
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise IndexBusyError(
                f"{path.parent}: another build is at work on this index; wait until it has ended."
            ) from None
        yield
