"""Where a feed's pictures are: paths relative to the feed, absolute ones, or addresses."""

import os
import re
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from spark_vision.catalogue.http import HttpPictures, is_url
from spark_vision.core.errors import PictureError, PictureNotFoundError
from spark_vision.media.files import read_bytes
from spark_vision.media.limits import DEFAULT_LIMITS, PictureLimits

_SCHEME = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9+.-]*)://")

_SETTLED_NS = 2_000_000_000


def folder_of_feed(path: Path) -> Path:
    """Return the folder that a feed's pictures are relative to: the feed's own, or the folder of pictures."""
    return path if path.is_dir() else path.parent


@dataclass(frozen=True)
class LocalPictures:
    """A PictureSource of files, for feeds that whoever runs the command has chosen to trust.

    within: a folder, resolved, outside of which no file is read; None: any may be.
    """

    base: Path
    limits: PictureLimits = DEFAULT_LIMITS
    within: Path | None = None

    def read(self, image: str) -> bytes:
        """The bytes of a picture; raises PictureNotFoundError or PictureTooLargeError."""
        try:
            return read_bytes(self._path(image), self.limits)
        except PictureError as error:
            if self.within is None:
                raise
            # Who is kept to a folder need not know where on the disk that is.
            raise type(error)(error.message.replace(f"{self.within}{os.sep}", "")) from error

    def stamp(self, image: str) -> str | None:
        """See FingerprintedSource: what the file system says of the file, unless it says so only now.

        A file could be written again in the tick of the clock in which it was written before; one that
        was changed within the last seconds is therefore read again.
        """
        try:
            path = self._place(image)
            found = os.stat(path)  # noqa: PTH116 - a quarter of Path.stat's time, once a picture
        except (PictureNotFoundError, OSError, ValueError):
            return None
        changed = max(found.st_mtime_ns, found.st_ctime_ns)
        if time.time_ns() - changed < _SETTLED_NS:
            return None
        return f"{path}\0{found.st_size}\0{found.st_mtime_ns}\0{found.st_ctime_ns}\0{found.st_ino}"

    def is_remote(self, image: str) -> bool:
        """See FingerprintedSource."""
        return False

    def _place(self, image: str) -> str:
        """The path as text: joining Paths takes longer than asking the file system."""
        if self.within is not None or "://" in image:
            return str(self._path(image))
        return os.path.join(self._folder, image)  # noqa: PTH118

    @cached_property
    def _folder(self) -> str:
        return str(self.base)

    def _path(self, image: str) -> Path:
        path = self._named(image)
        if self.within is not None and not _lies_in(path, self.within):
            raise PictureNotFoundError(f"{image}: lies outside of the folder that imports may read.")
        return path

    def _named(self, image: str) -> Path:
        scheme = _SCHEME.match(image)
        if scheme and scheme["name"].lower() == "file":
            return Path(unquote(image[scheme.end() :]))
        if scheme:
            raise PictureNotFoundError(
                f"{image}: this is no file; name a path relative to the feed, or an http(s) address."
            )
        return self.base / image


def _lies_in(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder)
    except (OSError, ValueError, RuntimeError):  # a loop of links, a NUL byte
        return False


@dataclass(frozen=True)
class FeedPictures:
    """A PictureSource of files and addresses, as feeds mix them."""

    files: LocalPictures
    addresses: HttpPictures

    def read(self, image: str) -> bytes:
        """The bytes of a picture; raises PictureNotFoundError or PictureTooLargeError."""
        return self.addresses.read(image) if is_url(image) else self.files.read(image)

    def kept(self, image: str) -> bytes | None:
        """See RememberingSource."""
        return self.addresses.kept(image) if is_url(image) else None

    def stamp(self, image: str) -> str | None:
        """See FingerprintedSource: of an address only its server can tell."""
        return None if is_url(image) else self.files.stamp(image)

    def is_remote(self, image: str) -> bool:
        """See FingerprintedSource."""
        return is_url(image)
