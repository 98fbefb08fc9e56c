"""WooCommerce's product export (CSV): one row for each product or variation, wherever its parent stands."""

import re
from collections import Counter
from collections.abc import Iterator

from spark_vision.catalogue.attributes import Row
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.feed_map import NO_MAP, FeedMap
from spark_vision.catalogue.shop import (
    NO_CURRENCY,
    Shop,
    deepest_category,
    is_no,
    left_out,
    number,
    option_attributes,
    period,
    pictures,
)
from spark_vision.catalogue.table import TableRow, open_table
from spark_vision.core.product import FeedIssue

_GTIN = "gtin,_upc,_ean,_or_isbn"
_COMMA = re.compile(r"(?<!\\),")
_FROM_PARENT = ("description", "short_description", "categories", "brands", "images", "tags", "published")


def is_woocommerce(columns: list[str]) -> bool:
    """Return whether a header is one of WooCommerce's."""
    return {"type", "name", "images"} <= set(columns) and not {"parent", "regular_price"}.isdisjoint(columns)


def read_woocommerce(
    feed: FeedFile, shop: Shop, feed_map: FeedMap = NO_MAP
) -> Iterator[TableRow | FeedIssue]:
    """Stream products and variations as rows by Google's attribute names.

    The file is read for the parents of variations and for SKUs that repeat, then for the products.
    """
    parents, have_variations = _parents(feed, feed_map)
    repeated = _repeated(feed, feed_map)
    if not shop.currency:
        yield NO_CURRENCY
    with open_table(feed, "sku", encoding=feed_map.encoding) as table:
        for row in table.rows:
            if isinstance(row, FeedIssue):
                yield row
            elif have_variations.isdisjoint(_keys(row.values)) or "variation" in _type(row.values):
                if (sku := row.values.get("sku", "")) in repeated:
                    yield from _warned_once(sku, row.line, repeated)
                    row.values["sku"] = ""
                yield _product(row, parents.get(row.values.get("parent", ""), {}), shop)


def _parents(feed: FeedFile, feed_map: FeedMap) -> tuple[dict[str, Row], set[str]]:
    """Return the variable products by the names that variations call them, and those that have any."""
    parents: dict[str, Row] = {}
    called: set[str] = set()
    with open_table(feed, "sku", encoding=feed_map.encoding) as table:
        for row in table.rows:
            if isinstance(row, FeedIssue):
                continue
            if "variation" in _type(row.values):
                called.add(row.values.get("parent", ""))
            elif "variable" in _type(row.values):
                parents.update(dict.fromkeys(_keys(row.values), row.values))
    return parents, called - {""}


def _repeated(feed: FeedFile, feed_map: FeedMap) -> dict[str, bool]:
    """Return the SKUs that stand on several products that are sold, with whether a warning was given."""
    counts: Counter[str] = Counter()
    with open_table(feed, "sku", encoding=feed_map.encoding) as table:
        for row in table.rows:
            if isinstance(row, TableRow) and "variable" not in _type(row.values):
                counts[row.values.get("sku", "")] += 1
    return {sku: False for sku, count in counts.items() if sku and count > 1}


def _warned_once(sku: str, line: int, repeated: dict[str, bool]) -> Iterator[FeedIssue]:
    if not repeated[sku]:
        repeated[sku] = True
        reason = f"SKU {sku[:80]!r} stands on several products; their ids are WooCommerce's numbers"
        yield FeedIssue(reason, product_id=sku, line=line, severity="warning")


def _type(values: Row) -> str:
    return values.get("type", "").lower()


def _keys(values: Row) -> set[str]:
    """Return what variations call a product in their column Parent: its SKU, or `id:` and its number."""
    return {values.get("sku", ""), f"id:{values.get('id', '')}"} - {"", "id:"}


def _product(row: TableRow, parent: Row, shop: Shop) -> TableRow | FeedIssue:
    own = row.values
    inherited = {name: own.get(name) or parent.get(name, "") for name in _FROM_PARENT}
    product_id = own.get("sku") or own.get("id", "")
    if is_no(own.get("published", "")) or is_no(parent.get("published", "")):
        return left_out("it is not published", product_id, row.line)
    images = _parts(inherited["images"])
    options = _options(own)
    values: Row = {
        "id": product_id,
        "title": own.get("name") or parent.get("name", ""),
        "description": inherited["description"] or inherited["short_description"],
        "link": shop.link(f"?p={parent.get('id') or own['id']}") if own.get("id") else "",
        "brand": inherited["brands"] or options.get("Brand", ""),
        "product_type": deepest_category("\n".join(_parts(inherited["categories"])), "\n", ">"),
        "item_group_id": (parent.get("sku") or parent.get("id", "")) if parent else "",
        "gtin": own.get(_GTIN, "").lstrip("'"),
        "price": own.get("regular_price", ""),
        "sale_price": own.get("sale_price", ""),
        "availability": _availability(own),
        "sale_price_effective_date": period(
            own.get("date_sale_price_starts", ""), own.get("date_sale_price_ends", "")
        ),
    }
    if not shop.currency:
        values["price"] = values["sale_price"] = ""
    return TableRow(row.line, {**option_attributes(options), **values, **pictures(images)})


def _parts(text: str) -> list[str]:
    """Return the parts of a list; a comma within a part is written as `\\\\,`."""
    return [part.strip().replace("\\,", ",") for part in _COMMA.split(text)]


def _options(values: Row) -> dict[str, str]:
    """Return attributes of one value by name; a list of values is a choice, and no attribute."""
    options = {}
    for name, value in values.items():
        if name.startswith("attribute_") and name.endswith("_name"):
            chosen = values.get(name.removesuffix("_name") + "_value(s)", "")
            if len(_parts(chosen)) == 1:
                options[value] = chosen
    return options


def _availability(values: Row) -> str:
    stock, left = values.get("in_stock?", "").lower(), number(values.get("stock", ""))
    sells_on = values.get("backorders_allowed?", "")
    if stock == "backorder" or (left is not None and left <= 0 and sells_on and not is_no(sells_on)):
        return "backorder"
    return "out_of_stock" if is_no(stock) else "in_stock"
