"""Rows by Google Merchant's attribute names to products, whatever format they come from."""

from collections.abc import Iterator
from datetime import UTC, datetime

from spark_vision.catalogue import fields
from spark_vision.catalogue.attributes import MORE_PICTURES, PICTURES, Row, by_attribute
from spark_vision.catalogue.plain_text import plain_text
from spark_vision.catalogue.prices import ParsedPrice, parse_price
from spark_vision.core.product import Availability, FeedIssue, FeedRow, Price, Product

_TEXTS = tuple("title description brand product_type color material pattern size gender".split())
_CURRENCY_COLUMNS = ("currency", "currencyid", "price_currency", "currency_code")


def parse_row(row: Row, line: int | None, currency: str = "") -> Iterator[FeedRow | FeedIssue]:
    """Turn one row into a product, or into the reason why it is none.

    Fields that make no sense are dropped with a warning; a row without id or picture is refused.

    Args:
        row: Texts by attribute name.
        line: The feed's line of the row, or None.
        currency: ISO 4217 code for prices without one, or empty.

    Yields:
        Warnings, then the product; or the reason for refusal.
    """
    values = by_attribute(_clean(row))
    images = fields.picture_list(values.get(PICTURES, ""), values.get(MORE_PICTURES, ""))
    for name in _TEXTS:
        if text := values.get(name):
            values[name] = plain_text(text)
    if values.get("product_type", "").isdecimal() and not row.get("product_type"):
        values["product_type"] = ""  # Google's taxonomy by number
    stands_in = ""
    if not values.get("id"):
        values["id"], stands_in = fields.id_of(values)
    if not values["id"]:
        yield FeedIssue("id is empty", line=line)
        return
    if not images:
        yield FeedIssue("image_link is empty", product_id=values["id"], line=line)
        return
    prices = _Prices(values, currency)
    if stands_in:
        yield _warning(values, line, f"id is empty; the {stands_in} stands in for it")
    for reason in _warnings(values, prices):
        yield _warning(values, line, reason)
    yield FeedRow(line, _product(values, images, prices))


def _warning(values: Row, line: int | None, reason: str) -> FeedIssue:
    return FeedIssue(reason, product_id=values["id"], line=line, severity="warning")


def _clean(row: Row) -> Row:
    """Return a row without lone surrogates; most rows have none."""
    row = {name: value.strip() for name, value in row.items()}
    joined = "".join(row.values())
    if fields.whole(joined) is not joined:
        row = {name: fields.whole(value) for name, value in row.items()}
    return row


class _Prices:
    """The prices of a row: the current one, and the regular one if the product is on sale."""

    def __init__(self, values: Row, default: str) -> None:
        column = next((values[name] for name in _CURRENCY_COLUMNS if values.get(name)), "")
        currency = column.strip().upper() or default
        self.text = values.get("price", "")
        self.sale_text = values.get("sale_price", "")
        self.period = values.get("sale_price_effective_date", "")
        self.regular = parse_price(self.text, currency) if self.text else ParsedPrice(None)
        self.sale = parse_price(self.sale_text, currency) if self.sale_text else ParsedPrice(None)
        self.sale_fault = self._sale_fault()

    def _sale_fault(self) -> str | None:
        """Return why a sale price is ignored, or None."""
        regular, sale = self.regular.price, self.sale.price
        if not self.sale_text:
            return None
        if sale is None:
            return f"sale_{self.sale.fault}"
        if regular is not None and (sale.currency != regular.currency or sale.amount > regular.amount):
            return f"sale_price {self.sale_text!r} is no less than the price {str(regular)!r}, so that counts"
        if self.period and fields.lasts(self.period, datetime.now(UTC)) is None:
            return f"sale_price_effective_date {self.period!r} is no period, such as 2026-11-01/2026-11-30"
        return None

    def current_and_regular(self) -> tuple[Price | None, Price | None]:
        """Return the current price, and the regular one if the product is on sale."""
        regular, sale = self.regular.price, self.sale.price
        lasts = not self.period or fields.lasts(self.period, datetime.now(UTC))
        if sale is None or not lasts or self.sale_fault is not None or sale == regular:
            return regular, None
        return sale, regular


def _warnings(values: Row, prices: _Prices) -> Iterator[str]:
    if not values.get("title"):
        yield "title is empty; the id stands in for it"
    for parsed in (prices.regular, prices.sale):
        if parsed.note is not None:
            yield parsed.note
    if prices.regular.fault is not None:
        yield prices.regular.fault
    if prices.sale_fault is not None:
        yield prices.sale_fault
    if (text := values.get("availability", "")) and fields.availability(text) is None:
        known = ", ".join(Availability)
        yield f"availability {text!r} is none of {known}, so the product is not offered as in stock"
    if (text := values.get("gtin", "")) and fields.gtin(text) is None:
        yield f"gtin {text!r} is no GTIN: its length or its check digit is wrong"


def _availability(text: str) -> Availability:
    """Return the availability; in stock if the feed names none, out of stock if the word is unknown."""
    if not text:
        return Availability.IN_STOCK
    return fields.availability(text) or Availability.OUT_OF_STOCK


def _product(values: Row, images: tuple[str, ...], prices: _Prices) -> Product:
    price, regular_price = prices.current_and_regular()
    texts = {name: values.get(name, "") for name in _TEXTS if name != "title"}
    return Product(
        id=values["id"],
        title=values.get("title") or values["id"],
        images=images,
        link=fields.address(values.get("link", "")),
        price=price,
        regular_price=regular_price,
        availability=_availability(values.get("availability", "")),
        item_group_id=values.get("item_group_id", ""),
        gtin=fields.gtin(values.get("gtin", "")) or "",
        **texts,
    )
