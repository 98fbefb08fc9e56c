"""Where a feed's pictures are: paths relative to the feed, or absolute ones."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from spark_vision.errors import PictureNotFoundError
from spark_vision.imaging.files import read_bytes
from spark_vision.imaging.limits import DEFAULT_LIMITS, PictureLimits

_SCHEME = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9+.-]*)://")


@dataclass(frozen=True)
class LocalPictures:
    """A PictureSource of files, for feeds that whoever runs the command has chosen to trust."""

    base: Path
    limits: PictureLimits = DEFAULT_LIMITS

    def read(self, image: str) -> bytes:
        """The bytes of a picture; raises PictureNotFoundError or PictureTooLargeError."""
        return read_bytes(self._path(image), self.limits)

    def _path(self, image: str) -> Path:
        scheme = _SCHEME.match(image)
        if scheme and scheme["name"].lower() == "file":
            return Path(unquote(image[scheme.end() :]))
        if scheme:
            raise PictureNotFoundError(
                f"{image}: pictures are read from files only; name a path relative to the feed."
            )
        return self.base / image
