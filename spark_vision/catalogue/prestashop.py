"""PrestaShop's product tables (CSV): the export of the product list, and the columns of its import."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from spark_vision.catalogue.attributes import Row, split_pictures
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.feed_map import NO_MAP, FeedMap
from spark_vision.catalogue.shop import (
    NO_CURRENCY,
    Shop,
    deepest_category,
    is_no,
    left_out,
    number,
    period,
    pictures,
)
from spark_vision.catalogue.table import TableRow, open_table
from spark_vision.core.product import FeedIssue

_KNOWN = {
    "number": "product_id id",
    "active": "active_(0/1) status active",
    "name": "name_* name* name",
    "categories": "categories_(x,y,z...) categories category",
    "price": "price_tax_included price_(tax_incl.) price_tax_included_* final_price price_tax_excluded"
    " price_(tax_excl.) price_tax_excluded_or_price_tax_included price",
    "amount_off": "discount_amount",
    "percent_off": "discount_percent",
    "from": "discount_from_(yyyy-mm-dd)",
    "to": "discount_to_(yyyy-mm-dd)",
    "reference": "reference_# reference product_reference",
    "brand": "manufacturer brand",
    "gtin": "ean13 upc isbn",
    "mpn": "mpn",
    "quantity": "quantity",
    "summary": "summary short_description",
    "description": "description",
    "page": "url_rewritten",
    "orderable": "available_for_order_(0_=_no,_1_=_yes)",
    "oversell": "out_of_stock_action",
    "images": "image_urls_(x,y,z...) image_urls image_url image",
}


def is_prestashop(columns: list[str]) -> bool:
    """Return whether a header is one of PrestaShop's."""
    found = set(columns)
    is_import = "image_urls_(x,y,z...)" in found or {"name_*", "active_(0/1)"} <= found
    return is_import or ({"product_id", "reference", "image"} <= found and "price_(tax_excl.)" in found)


def read_prestashop(feed: FeedFile, shop: Shop, feed_map: FeedMap = NO_MAP) -> Iterator[TableRow | FeedIssue]:
    """Stream the products as rows by Google's attribute names."""
    if not shop.currency:
        yield NO_CURRENCY
    with open_table(feed, "product_id", encoding=feed_map.encoding) as table:
        for row in table.rows:
            yield row if isinstance(row, FeedIssue) else _product(row, shop)


def _product(row: TableRow, shop: Shop) -> TableRow | FeedIssue:
    values = _named(row.values)
    product_id = values["reference"] or values["number"]
    if is_no(values["active"]):
        return left_out("it is not active", product_id, row.line)
    page = f"{values['number']}-{values['page']}.html" if values["page"] and values["number"] else ""
    result: Row = {
        "id": product_id,
        "title": values["name"],
        "description": values["description"] or values["summary"],
        "link": shop.link(page),
        "brand": values["brand"],
        "product_type": deepest_category(values["categories"], ","),
        "gtin": values["gtin"],
        "mpn": values["mpn"],
        "price": values["price"] if shop.currency else "",
        "sale_price": _discounted(values) if shop.currency else "",
        "sale_price_effective_date": period(_date(values["from"]), _date(values["to"])),
        "availability": _availability(values),
    }
    return TableRow(row.line, {**result, **pictures(split_pictures(values["images"]))})


def _named(row: Row) -> Row:
    """Return a row's values by the keys of `_KNOWN`; of several columns the first with a value counts."""
    return {
        key: next((row[name] for name in names.split() if row.get(name)), "") for key, names in _KNOWN.items()
    }


def _discounted(values: Row) -> str:
    """Return the price less its discount, or an empty text if there is none."""
    try:
        price = Decimal(values["price"].replace(",", "."))
        percent, amount = (
            Decimal(values[key].replace(",", ".") or 0) for key in ("percent_off", "amount_off")
        )
        price_now = price * (100 - percent) / 100 - amount
        return f"{round(price_now, 2)}" if 0 < price_now < price else ""
    except InvalidOperation:
        return ""


def _date(text: str) -> str:
    return "" if text.startswith("0000") else text


def _availability(values: Row) -> str:
    left = number(values["quantity"])
    if is_no(values["orderable"]):
        return "out_of_stock"
    if left is None or left > 0:
        return "in_stock"
    return "backorder" if values["oversell"] == "1" else "out_of_stock"
