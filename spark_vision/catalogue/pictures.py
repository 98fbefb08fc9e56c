"""Where a feed's pictures are: paths relative to the feed, or absolute ones."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from spark_vision.errors import PictureNotFoundError
from spark_vision.imaging.files import read_bytes
from spark_vision.imaging.limits import DEFAULT_LIMITS, PictureLimits


@dataclass(frozen=True)
class LocalPictures:
    """A PictureSource of files, for feeds that whoever runs the command has chosen to trust."""

    base: Path
    limits: PictureLimits = DEFAULT_LIMITS

    def read(self, image: str) -> bytes:
        """The bytes of a picture; raises PictureNotFoundError or PictureTooLargeError."""
        return read_bytes(self._path(image), self.limits)

    def _path(self, image: str) -> Path:
        scheme = urlsplit(image).scheme.lower() if "://" in image else ""
        if scheme == "file":
            return Path(unquote(urlsplit(image).path))
        if scheme:
            raise PictureNotFoundError(
                f"{image}: pictures are read from files only; name a path relative to the feed."
            )
        return self.base / image
