"""The header of a delimited feed: on which line it is, and what separates its names."""

import csv
from dataclasses import dataclass
from typing import IO

from spark_vision.catalogue.attributes import attribute_of
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.core.errors import CatalogueError

_MAX_LINES = 30  # of hints above a header
_MAX_LINE = 1 << 16
_ENOUGH = 2  # known names make a header
_SHOP_COLUMNS = frozenset(
    "handle url_handle variant_sku body_(html) item_type product_code/sku item product_type"
    " attribute_set_code name_* reference_# published type".split()
)


@dataclass(frozen=True, slots=True)
class Header:
    """Where a header is.

    Attributes:
        skipped: The number of lines above it.
        delimiter: The character between names.
    """

    skipped: int
    delimiter: str


def column_name(name: str) -> str:
    """Return a column's name as readers know it.

    >>> column_name(" G:Image Link")
    'image_link'
    """
    plain = "_".join(name.lstrip("\ufeff").lower().split())
    return plain.removeprefix("g:")


def column_names(cells: list[str]) -> list[str]:
    """Return the names of a header's cells; a repeated name has `#2`, `#3` at its end.

    >>> column_names(["ID", "image", "Image"])
    ['id', 'image', 'image#2']
    """
    counts: dict[str, int] = {}
    names = []
    for name in map(column_name, cells):
        counts[name] = counts.get(name, 0) + 1
        names.append(name if counts[name] == 1 else f"{name}#{counts[name]}")
    return names


def find_header(file: IO[str], feed: FeedFile, known: frozenset[str] = frozenset()) -> Header:
    """Find the header: the first line with names that are known, or else the first that is not blank.

    The file is left at its beginning. Lines of hints above the header and Excel's `sep=;` are skipped.

    Raises:
        CatalogueError: If the feed is empty.
    """
    first: Header | None = None
    delimiter = ""
    for skipped in range(_MAX_LINES):
        line = file.readline(_MAX_LINE)
        if not line:
            break
        if (given := _declared_delimiter(line)) is not None and first is None:
            delimiter = given
        elif line.strip().strip("\ufeff"):
            found = Header(skipped, delimiter or _delimiter(line))
            first = first or found
            if _known_names(line, found.delimiter, known) >= _ENOUGH:
                first = found
                break
        if not line.endswith(("\n", "\r")):
            break
    file.seek(0)
    if first is None:
        raise CatalogueError(f"{feed}: the feed is empty; its first line names the columns.")
    return first


def _declared_delimiter(line: str) -> str | None:
    """Return the delimiter of a line such as `sep=;`, or None."""
    text = line.strip("\r\n\ufeff").strip('"').lower()
    if not text.startswith("sep="):
        return None
    given = text[4:].rstrip(",;") or text[4:5]
    return "\t" if given in ("\\t", "tab", "\t") else given if len(given) == 1 else None


def _delimiter(line: str) -> str:
    """Return the most frequent separator outside of quotes."""
    outside = "".join(line.split('"')[::2])
    return max("\t,;|", key=outside.count)


def _known_names(line: str, delimiter: str, known: frozenset[str]) -> int:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return 0
    names = set(map(column_name, cells))
    return sum(name in known or name in _SHOP_COLUMNS or attribute_of(name) is not None for name in names)
