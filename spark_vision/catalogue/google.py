"""Google Merchant feeds as delimited text (Google Merchant Center product data specification)."""

from collections.abc import Iterator

from spark_vision.catalogue.attributes import PICTURES, attribute_of
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.feed_map import NO_MAP, FeedMap
from spark_vision.catalogue.table import TableRow, open_table
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue

_IDS = ("id", "gtin", "mpn", "link")
_MAX_LISTED = 40


def read_google_csv(feed: FeedFile, feed_map: FeedMap = NO_MAP) -> Iterator[TableRow | FeedIssue]:
    """Stream a feed's rows in the feed's order, with an issue for each that cannot be read.

    Args:
        feed: The feed.
        feed_map: Names of columns beside Google's and the usual other ones.

    Raises:
        CatalogueError: If the file cannot be read or lacks a required column.
    """
    with open_table(feed, feed_map.column_of("id"), feed_map.names, feed_map.encoding) as table:
        missing = _missing({*map(attribute_of, table.columns), *feed_map.attributes(table.columns)})
        if missing:
            listed = ", ".join(repr(name[:60]) for name in table.columns[:_MAX_LISTED])
            rest = len(table.columns) - _MAX_LISTED
            raise CatalogueError(
                f"{feed}: the header has no column {', '.join(missing)}; it has {listed}"
                f"{f' and {rest} more' if rest > 0 else ''}. Rename them, or name them in a map (--map)."
            )
        yield from table.rows


def _missing(found: set[str | None]) -> list[str]:
    """Return the required attributes that a header lacks; a GTIN, an MPN or a link stands in for an id."""
    missing = [] if found.intersection(_IDS) else ["id"]
    return missing + [name for name in ("title", PICTURES) if name not in found]
