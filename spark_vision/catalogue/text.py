"""Feed files as text, whatever their encoding."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from spark_vision.catalogue.feed_file import FeedFile

_HEAD = 4096
_SAMPLE = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with UTF-16's mark, so it is tested first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_REGIONAL = re.compile(r"(iso8859|cp\d|koi8|mac|shift_jis|euc|gb|big5|tis|johab)")


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Decode bytes that are not UTF-8 as Windows-1252 (a codec error handler)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


codecs.register_error("spark-vision-cp1252", _as_cp1252)


@contextmanager
def open_text(feed: FeedFile, declared: str = "") -> Iterator[IO[str]]:
    """Open a feed for reading, newlines untouched.

    A byte order mark decides the encoding. Without one, zero bytes tell UTF-16. Otherwise the text is UTF-8
    with stray bytes as Windows-1252, unless another encoding is declared and the bytes do not contradict it.

    Args:
        feed: The feed.
        declared: The encoding that the feed or its map declares, or empty.

    Raises:
        CatalogueError: If the file cannot be read or unpacked.
    """
    with feed.open() as file:
        head = file.read(_SAMPLE if declared else _HEAD)
        file.seek(0)
        text = io.TextIOWrapper(file, _encoding(head, declared), "spark-vision-cp1252", newline="")
        try:
            yield text
        finally:
            text.detach()


def _encoding(head: bytes, declared: str) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    header = head[:64]  # column names are ASCII, whatever the encoding of the rows
    if header[1::2].count(0) > len(header) // 3:
        return "utf-16-le"
    if header[::2].count(0) > len(header) // 3:
        return "utf-16-be"
    return _declared(head, declared) or "utf-8"


def _declared(head: bytes, declared: str) -> str | None:
    """Return the declared encoding if it is known and the bytes are not UTF-8, else None."""
    try:
        name = codecs.lookup(declared).name if declared else ""
    except (LookupError, ValueError):
        return None
    # Latin-1 is declared by mistake so often that it is not believed: UTF-8, stray bytes as Windows-1252.
    if name in ("iso8859-1", "cp1252") or _REGIONAL.match(name) is None:
        return None
    try:
        is_utf8 = not codecs.getincrementaldecoder("utf-8")().decode(head).isascii()
    except UnicodeDecodeError:
        is_utf8 = False
    return None if is_utf8 else name
