"""Feeds that were sent to the service: they may name fewer places than a feed on the operator's disk."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urljoin

from spark_vision.catalogue.http import HttpPictures, is_url
from spark_vision.core.errors import CatalogueError, PictureNotFoundError
from spark_vision.core.product import FeedIssue, FeedRow


@dataclass(frozen=True)
class SentPictures:
    """A PictureSource of addresses only: a sent feed must not read this machine's files."""

    addresses: HttpPictures

    def read(self, image: str) -> bytes:
        """Return the bytes of a picture; raises PictureNotFoundError or PictureTooLargeError."""
        if not is_url(image):
            raise PictureNotFoundError(
                f"{image}: this is no address; a feed that is sent names its pictures by http(s), or relative"
                " to the address of pictures that is sent with it."
            )
        return self.addresses.read(image)

    def kept(self, image: str) -> bytes | None:
        """See RememberingSource."""
        return self.addresses.kept(image) if is_url(image) else None

    def stamp(self, image: str) -> str | None:
        """See FingerprintedSource: only its server can tell."""
        return None

    def is_remote(self, image: str) -> bool:
        """See FingerprintedSource."""
        return True


def with_addresses(rows: Iterable[FeedRow | FeedIssue], base: str) -> Iterator[FeedRow | FeedIssue]:
    """Yield rows with their relative pictures as addresses below a base; without a base, unchanged rows."""
    for row in rows:
        if isinstance(row, FeedRow) and base:
            images = tuple(dict.fromkeys(_absolute(image, base) for image in row.product.images))
            yield replace(row, product=replace(row.product, images=images))
        else:
            yield row


def _absolute(image: str, base: str) -> str:
    try:
        return image if "://" in image else urljoin(base, image)
    except ValueError:  # such as brackets that are no IPv6 address: refused when it is to be read
        return image


def within(folder: Path | None, path: str) -> Path:
    """Return a feed in the folder that imports may read; raises CatalogueError if it is not in there."""
    if folder is None:
        raise CatalogueError("Imports from a folder are switched off; set SPARK_VISION_IMPORT_FOLDER.")
    base = folder.resolve()
    try:
        found = (base / path).resolve()
        exists = found.is_relative_to(base) and found.exists()
    except (ValueError, OSError):  # a NUL byte, a name that is too long, a loop of links
        exists = False
    if not exists:
        raise CatalogueError(f"{path[:200]!r}: there is no such feed in the folder of imports.")
    return found
