"""Where the JPEGs of photos are kept."""

from collections.abc import Mapping
from typing import Protocol

from spark_vision.core.post import Photo


class PhotoFiles(Protocol):
    """A photo's files, named by its digest and their width. All raise StoreUnavailableError."""

    def write(self, photo: Photo, files: Mapping[int, bytes]) -> None:
        """Write the files by width in pixels; they are there for good when it returns."""

    def read(self, photo: Photo, width: int) -> bytes:
        """The file of one width; raises PhotoMissingError."""

    def has(self, photo: Photo) -> bool:
        """Whether the photo's widest file is there."""

    def remove(self, photo: Photo) -> None:
        """Remove what is there of the photo's files, and what a broken off write left of them."""

    def sweep(self) -> int:
        """Remove what broken off writes left of any photo, unless it is so new that it may be being written;
        how many files it was.
        """
