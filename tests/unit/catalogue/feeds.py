"""Feeds for tests: written to a folder and read as a build reads them."""

from pathlib import Path

from spark_vision.catalogue.feed_map import NO_MAP, FeedMap
from spark_vision.catalogue.read import open_source
from spark_vision.catalogue.shop import Shop
from spark_vision.core.product import FeedIssue, FeedRow, Product

CASES = Path(__file__).parents[2] / "cases" / "feeds"
EURO = Shop("EUR")


def read(
    path: Path, shop: Shop = EURO, feed_map: FeedMap = NO_MAP, feed_format: str | None = None
) -> tuple[dict[str, Product], list[FeedIssue]]:
    """Return a feed's products by id, and its issues."""
    rows = list(open_source(path, feed_format, shop, feed_map).rows())
    products = {row.product.id: row.product for row in rows if isinstance(row, FeedRow)}
    return products, [row for row in rows if isinstance(row, FeedIssue)]


def read_text(
    folder: Path, text: str | bytes, shop: Shop = EURO
) -> tuple[dict[str, Product], list[FeedIssue]]:
    """Write a feed and return its products by id, and its issues."""
    path = folder / "feed"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, shop)
