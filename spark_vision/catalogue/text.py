"""Feed files as text, whatever their encoding: lenient in what is read."""

import codecs
from pathlib import Path
from typing import IO

from spark_vision.core.errors import CatalogueError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the UTF-16 mark, so it is asked for first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """A codec error handler: what is not UTF-8 is taken for Windows-1252, byte by byte."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


codecs.register_error("spark-vision-cp1252", _as_cp1252)


def open_text(path: Path) -> IO[str]:
    """Open a feed for reading, newlines untouched; raises CatalogueError where there is none.

    A byte order mark decides the encoding; without one it is UTF-8, with stray bytes as Windows-1252,
    or UTF-16 where every other byte of the header is zero.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
        return path.open(encoding=_encoding(head), errors="spark-vision-cp1252", newline="")
    except OSError as error:
        raise CatalogueError(f"{path}: the feed cannot be read ({error.strerror}).") from error


def _encoding(head: bytes) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    header = head[:64]  # names of columns are ASCII, whatever the rows are written in
    if header[1::2].count(0) > len(header) // 3:
        return "utf-16-le"
    if header[::2].count(0) > len(header) // 3:
        return "utf-16-be"
    return "utf-8"
