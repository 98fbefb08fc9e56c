"""Google Merchant's attributes to products (Google Merchant Center product data specification).

The same attributes come as columns of CSV and TSV, read here, and as elements of XML (`google_xml`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from spark_vision.catalogue import fields
from spark_vision.catalogue.prices import parse_price
from spark_vision.catalogue.table import Row, open_table
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import Availability, FeedIssue, FeedRow, Price, Product

REQUIRED = ("id", "title", "image_link")
_PLAIN = tuple("description link brand product_type color material pattern size gender item_group_id".split())


def read_google_csv(path: Path) -> Iterator[FeedRow | FeedIssue]:
    """Stream a feed's products in the feed's order, with an issue for each row that is none.

    Raises CatalogueError where the file cannot be read or lacks a required column.
    """
    with open_table(path) as table:
        missing = [name for name in REQUIRED if name not in table.columns]
        if missing:
            raise CatalogueError(
                f"{path}: the header has no column {', '.join(missing)}; "
                f"a Google Merchant feed needs {', '.join(REQUIRED)}."
            )
        for row in table.rows:
            if isinstance(row, FeedIssue):
                yield row
            else:
                yield from parse_row(row.values, row.line)


def parse_row(row: Row, line: int | None) -> Iterator[FeedRow | FeedIssue]:
    """One row by Google's attribute names to a product, or to the reason why it is none.

    Fields that make no sense are dropped with a warning; a row without id or picture is refused.
    """
    values = _whole({name: value.strip() for name, value in row.items()})
    product_id = values.get("id", "")
    images = fields.picture_list(values.get("image_link", ""), values.get("additional_image_link", ""))
    if not product_id:
        yield FeedIssue("id is empty", line=line)
        return
    if not images:
        yield FeedIssue("image_link is empty", product_id=product_id, line=line)
        return
    yield from _warnings(values, line)
    yield FeedRow(line, _product(values, images))


def _whole(values: Row) -> Row:
    """A row without halves of characters; nearly all have none, which is quickly told of a whole row."""
    joined = "".join(values.values())
    if fields.whole(joined) is joined:
        return values
    return {name: fields.whole(value) for name, value in values.items()}


def _warnings(values: Row, line: int | None) -> Iterator[FeedIssue]:
    def warning(reason: str) -> FeedIssue:
        return FeedIssue(reason, product_id=values["id"], line=line, severity="warning")

    if not values.get("title"):
        yield warning("title is empty; the id stands in for it")
    if (text := values.get("price", "")) and (fault := parse_price(text).fault):
        yield warning(fault)
    if (reason := _sale_fault(values)) is not None:
        yield warning(reason)
    if (text := values.get("availability", "")) and fields.availability(text) is None:
        known = ", ".join(Availability)
        yield warning(f"availability {text!r} is none of {known}, so the product is not offered as in stock")
    if (text := values.get("gtin", "")) and fields.gtin(text) is None:
        yield warning(f"gtin {text!r} is no GTIN: its length or its check digit is wrong")


def _sale_fault(values: Row) -> str | None:
    """Why a sale price is passed over; None where there is none, or it is as it should be."""
    text, period = values.get("sale_price", ""), values.get("sale_price_effective_date", "")
    if not text:
        return None
    parsed, regular = parse_price(text), parse_price(values.get("price", "")).price
    sale = parsed.price
    if sale is None:
        return f"sale_{parsed.fault}"
    if regular is not None and (sale.currency != regular.currency or sale.amount > regular.amount):
        return f"sale_price {text!r} is no less than the price {str(regular)!r}, so that counts"
    if period and fields.lasts(period, datetime.now(UTC)) is None:
        return f"sale_price_effective_date {period!r} is no period, such as 2026-11-01/2026-11-30"
    return None


def _prices(values: Row) -> tuple[Price | None, Price | None]:
    """What one pays now, and what one pays when it is not on sale, where it is."""
    regular, sale = (parse_price(values.get(name, "")).price for name in ("price", "sale_price"))
    period = values.get("sale_price_effective_date", "")
    lasts = not period or fields.lasts(period, datetime.now(UTC))
    if sale is None or not lasts or _sale_fault(values) is not None or sale == regular:
        return regular, None
    return sale, regular


def _availability(text: str) -> Availability:
    """Return the availability; in stock where a feed says nothing, out of stock where the word is unknown."""
    if not text:
        return Availability.IN_STOCK
    return fields.availability(text) or Availability.OUT_OF_STOCK


def _product(values: Row, images: tuple[str, ...]) -> Product:
    price, regular_price = _prices(values)
    return Product(
        id=values["id"],
        title=values.get("title") or values["id"],
        images=images,
        price=price,
        regular_price=regular_price,
        availability=_availability(values.get("availability", "")),
        gtin=fields.gtin(values.get("gtin", "")) or "",
        **{name: values.get(name, "") for name in _PLAIN},
    )
