"""Feed files as bytes: plain, gzipped, or in a ZIP archive, within a limit on the unpacked size."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from spark_vision.core.errors import CatalogueError

MAX_UNPACKED_BYTES = 4 << 30
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_MAX_ENTRIES = 10_000
_FEED_SUFFIXES = frozenset(
    {".csv", ".tsv", ".txt", ".tab", ".xml", ".rss", ".atom", ".json", ".jsonl", ".html"}
)


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A feed on disk. The content decides whether it is packed, whatever its name.

    Attributes:
        path: The file.
        max_unpacked_bytes: Limit on the bytes that a packed feed unpacks to.
    """

    path: Path
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES

    def __str__(self) -> str:
        return str(self.path)

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open the feed's unpacked bytes for reading.

        Raises:
            CatalogueError: If the file cannot be read, is damaged, unpacks to more than the limit, holds
                several feeds or none, or is packed twice.
        """
        try:
            with self.path.open("rb") as file:
                start = file.read(4)
                file.seek(0)
                if start.startswith(_GZIP):
                    with gzip.GzipFile(fileobj=file) as unpacked:
                        yield self._limited(unpacked)
                elif start.startswith(_ZIP):
                    with zipfile.ZipFile(file) as archive, archive.open(self._entry(archive)) as unpacked:
                        yield self._limited(unpacked)
                else:
                    yield file
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise CatalogueError(f"{self}: the packed feed is damaged ({error}).") from error
        except OSError as error:  # gzip.BadGzipFile is one
            raise CatalogueError(f"{self}: the feed cannot be read ({error.strerror or error}).") from error

    def _limited(self, unpacked: IO[bytes] | gzip.GzipFile) -> IO[bytes]:
        start = unpacked.read(4)
        unpacked.seek(0)
        if start.startswith((_GZIP, _ZIP)):
            raise CatalogueError(f"{self}: the feed is packed twice; unpack it once.")
        return io.BufferedReader(_LimitedBytes(unpacked, self), 1 << 16)

    def _entry(self, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
        """Return the archive's feed: its only file, or its only one with a feed's suffix."""
        entries = archive.infolist()
        if len(entries) > _MAX_ENTRIES:
            raise CatalogueError(f"{self}: the archive has more than {_MAX_ENTRIES:,} entries.")
        files = [entry for entry in entries if not entry.is_dir() and not _is_hidden(entry.filename)]
        if any(entry.filename == "[Content_Types].xml" for entry in files):
            raise CatalogueError(f"{self}: this is an office document; save it as CSV.")
        feeds = [entry for entry in files if PurePosixPath(entry.filename).suffix.lower() in _FEED_SUFFIXES]
        notes = [entry for entry in feeds if entry.filename.lower().endswith((".txt", ".html", ".htm"))]
        if len(feeds) > 1 and len(feeds) - len(notes) == 1:  # a feed with a file to read first
            feeds = [entry for entry in feeds if entry not in notes]
        found = files if len(files) == 1 else feeds
        if len(found) != 1:
            names = ", ".join(repr(entry.filename[:60]) for entry in (feeds or files)[:5])
            number = "no feed" if not found else f"{len(found)} feeds"
            raise CatalogueError(f"{self}: the archive has {number} ({names}); pack exactly one.")
        entry = found[0]
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise CatalogueError(
                f"{self}: the archive is encrypted or packed in an unusual way; use deflate."
            )
        if entry.file_size > self.max_unpacked_bytes:
            raise self.too_large()
        return entry

    def too_large(self) -> CatalogueError:
        """Return the error for a feed that unpacks to more than the limit."""
        return CatalogueError(f"{self}: the feed unpacks to more than {self.max_unpacked_bytes:,} bytes.")


def _is_hidden(name: str) -> bool:
    """Return whether an entry is a system's by-product, such as macOS's `__MACOSX` folder."""
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


class _LimitedBytes(io.RawIOBase):
    """Unpacked bytes up to a limit."""

    def __init__(self, unpacked: IO[bytes] | gzip.GzipFile, feed: FeedFile) -> None:
        self._unpacked = unpacked
        self._feed = feed

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._unpacked.seek(offset, whence)

    def tell(self) -> int:
        return self._unpacked.tell()

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self._unpacked.read(len(buffer))
        if self._unpacked.tell() > self._feed.max_unpacked_bytes:
            raise self._feed.too_large()
        buffer[: len(data)] = data
        return len(data)
