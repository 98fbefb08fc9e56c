"""Photos in a folder or in an object store, through fsspec.

AB/ABCDEF….jpg          the photo, named by the SHA-256 of its bytes
AB/ABCDEF…-640.jpg      a smaller copy, 640 pixels wide
AB/.ABCDEF….jpg.0123…   in a folder: what is being written, or was when a process ended
"""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from spark_vision.core.errors import PhotoMissingError, StoreUnavailableError
from spark_vision.core.post import Photo
from spark_vision.core.private_files import make_private_folder, private_opener

_ATTEMPTS = 5
# No file takes an hour to write.
_LEFT_SECONDS = 3600


class FsspecPhotoFiles:
    """Photo files in a folder or an object store.

    url: a folder's path, or an address that fsspec knows, such as `s3://bucket/photos`.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._fs, self._root = url_to_fs(url)

    def write(self, photo: Photo, files: Mapping[int, bytes]) -> None:
        with self._answering():
            for width, data in files.items():
                self._write(self._path(photo, width), data)

    def read(self, photo: Photo, width: int) -> bytes:
        try:
            with self._answering():
                data: bytes = self._fs.cat_file(self._path(photo, width))
        except FileNotFoundError:
            raise PhotoMissingError(f"The photo {photo.digest} is no longer there.") from None
        return data

    def has(self, photo: Photo) -> bool:
        with self._answering():
            return bool(self._fs.exists(self._path(photo, photo.width)))

    def remove(self, photo: Photo) -> None:
        # The photo itself goes first: a copy without it is never taken for a whole.
        with self._answering():
            for width in (photo.width, *photo.widths):
                try:
                    self._fs.rm_file(self._path(photo, width))
                except FileNotFoundError:
                    continue
            if isinstance(self._fs, LocalFileSystem):
                _unlink(Path(self._path(photo, photo.width)).parent.glob(f".{photo.digest}*"))

    def sweep(self) -> int:
        if not isinstance(self._fs, LocalFileSystem):
            return 0
        with self._answering():
            return _unlink(path for path in Path(self._root).glob("*/.*.jpg.*") if _is_left(path))

    def _path(self, photo: Photo, width: int) -> str:
        name = photo.digest if width == photo.width else f"{photo.digest}-{width}"
        return f"{self._root}/{photo.digest[:2]}/{name}.jpg"

    def _write(self, path: str, data: bytes) -> None:
        if isinstance(self._fs, LocalFileSystem):
            _write_durably(Path(path), data)
        else:  # an object is there as a whole, or not
            self._fs.pipe_file(path, data)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """What a disk or an object store says that is full, slow or away, in our words."""
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:  # each implementation has errors of its own
            raise StoreUnavailableError(f"{self._url}: photos cannot be kept or read ({error}).") from error


def _write_durably(path: Path, data: bytes) -> None:
    """Write beside, sync, rename, sync the folder; threads may write the same file at once."""
    make_private_folder(path.parent)
    for _ in range(_ATTEMPTS):
        if _written(path, data):
            break
    else:
        raise OSError(f"{path} is removed again and again while it is written")
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _written(path: Path, data: bytes) -> bool:
    """Whether the file is there; no where another process takes what is beside for what a crash left."""
    beside = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with open(beside, "wb", opener=private_opener) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return _renamed(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _renamed(beside: Path, path: Path) -> bool:
    try:
        beside.replace(path)
    except FileNotFoundError:
        return False
    return True


def _is_left(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _LEFT_SECONDS
    except FileNotFoundError:  # it has its name by now
        return False


def _unlink(paths: Iterable[Path]) -> int:
    """How many it were."""
    gone = list(paths)
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
