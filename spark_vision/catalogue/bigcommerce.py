"""BigCommerce's product export (CSV, both of its headers): variants and pictures follow their product."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

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
    pictures,
)
from spark_vision.catalogue.table import TableRow, open_table
from spark_vision.core.product import FeedIssue

# The old header's names by those of the new one.
_OLD_NAMES = {
    "item_type": "item",
    "product_id": "id",
    "product_name": "name",
    "product_code/sku": "sku",
    "product_description": "description",
    "category": "categories",
    "current_stock_level": "current_stock",
    "track_inventory": "inventory_tracking",
    "product_visible?": "is_visible",
    "product_visible": "is_visible",
    "product_upc/ean": "upc/ean",
    "global_trade_item_number": "global_trade_number",
}
_IMAGE_COLUMNS = ("internal_image_url_(export)", "image_url_(import)", "variant_image_url", "image_url")
_GTINS = ("global_trade_number", "gtin", "upc/ean")
_OPTION = re.compile(r"Name=([^|=]*)\|Value=([^|\[]*?)(?:\[[^\]]*\])?(?=Type=|\||$)")
_OLD_OPTION = re.compile(r"\[\w+\]([^=,\[]+)=([^,\[:]+)")
_OLD_IMAGE = re.compile(r"product_image_(?:file|url)_-_(\d+)")
_CHANGE = re.compile(r"\[(FIXED|ADD|REMOVE)\]([\d.]+)")


def is_bigcommerce(columns: list[str]) -> bool:
    """Return whether a header is one of BigCommerce's."""
    found = set(columns)
    return {"item_type", "product_name"} <= found or {"item", "name", "sku", "options"} <= found


def read_bigcommerce(
    feed: FeedFile, shop: Shop, feed_map: FeedMap = NO_MAP
) -> Iterator[TableRow | FeedIssue]:
    """Stream products and variants as rows by Google's attribute names."""
    if not shop.currency:
        yield NO_CURRENCY
    with open_table(feed, "sku", encoding=feed_map.encoding) as table:
        group: list[TableRow] = []
        for row in table.rows:
            if isinstance(row, FeedIssue):
                yield row
                continue
            renamed = TableRow(
                row.line, {_OLD_NAMES.get(name, name): cell for name, cell in row.values.items()}
            )
            if renamed.values.get("item", "").lower() == "product" and group:
                yield from _products(group, shop)
                group = []
            group.append(renamed)
        if group:
            yield from _products(group, shop)


def _products(group: list[TableRow], shop: Shop) -> Iterator[TableRow | FeedIssue]:
    first = group[0]
    product = first.values
    product_id = product.get("sku") or product.get("id", "")
    if is_no(product.get("is_visible", "")):
        yield left_out("it is not visible", product_id, first.line)
        return
    images = _images(group)
    variants = [row for row in group[1:] if row.values.get("item", "").lower() in ("variant", "sku")]
    common = {
        "title": product.get("name", ""),
        "description": product.get("description", ""),
        "link": shop.link(product.get("product_url", "")),
        "brand": product.get("brand_name", "") or product.get("brand", ""),
        "product_type": deepest_category(product.get("categories", ""), ";"),
        "item_group_id": product_id if variants else "",
    }
    for row in variants or [first]:
        own = row.values
        options = _options(own.get("options", "") or own.get("name", "")) if variants else {}
        shown = [_image(own)] if variants and _image(own) else images
        values: Row = {
            "id": own.get("sku") or "-".join(filter(None, (product_id, *options.values()))),
            "gtin": next((own[name] for name in _GTINS if own.get(name)), ""),
            "mpn": own.get("manufacturer_part_number", ""),
            "availability": "out_of_stock" if _sold_out(own, product) else "in_stock",
            **_prices(own, product, shop),
        }
        yield TableRow(row.line, {**option_attributes(options), **common, **values, **pictures(shown)})


def _images(group: list[TableRow]) -> list[str]:
    """Return a product's pictures, the thumbnail first; they have rows, or numbered columns."""
    product = group[0].values
    numbered = [(int(found[1]), name) for name in product if (found := _OLD_IMAGE.fullmatch(name))]
    by_number: dict[int, str] = {}
    for place, name in sorted(numbered, key=lambda pair: (pair[0], "_url_" not in pair[1])):
        if product[name]:
            by_number.setdefault(place, product[name])
    rows = [row.values for row in group[1:] if row.values.get("item", "").lower() == "image"]
    rows.sort(
        key=lambda row: (
            is_no(row.get("image_is_thumbnail", "")),
            number(row.get("image_sort_order", "")) or 0,
        )
    )
    return list(dict.fromkeys(filter(None, (*by_number.values(), _image(product), *map(_image, rows)))))


def _place(image: Row) -> tuple[bool, float]:
    return is_no(image.get("image_is_thumbnail", "")), number(image.get("image_sort_order", "")) or 0


def _image(values: Row) -> str:
    return next((values[name] for name in _IMAGE_COLUMNS if values.get(name)), "")


def _options(text: str) -> dict[str, str]:
    """Return a variant's options.

    >>> _options("Type=Swatch|Name=Color|Value=Red[#ff0000]Type=Rectangle|Name=Size|Value=S")
    {'Color': 'Red', 'Size': 'S'}
    >>> _options("[CS]Color=Red:#ff0000,[RT]Size=S")
    {'Color': 'Red', 'Size': 'S'}
    """
    found = _OPTION.findall(text) or _OLD_OPTION.findall(text)
    return {name.strip(): value.strip() for name, value in found}


def _prices(own: Row, product: Row, shop: Shop) -> Row:
    if not shop.currency:
        return {}
    price = _changed(own.get("price", ""), product.get("price", ""))
    sale = own.get("sale_price", "") or (
        product.get("sale_price", "") if price == product.get("price") else ""
    )
    return {"price": price, "sale_price": sale if (number(sale) or 0) > 0 else ""}


def _changed(text: str, price: str) -> str:
    """Return a variant's price: its own, its product's, or that with `[FIXED]`, `[ADD]` or `[REMOVE]`."""
    change = _CHANGE.fullmatch(text.strip())
    if change is None:
        return text if (number(text) or 0) > 0 else price
    try:
        amount = Decimal(change[2])
        if change[1] == "FIXED":
            return str(amount)
        return str(Decimal(price) + (amount if change[1] == "ADD" else -amount))
    except InvalidOperation:
        return price


def _sold_out(own: Row, product: Row) -> bool:
    if is_no(product.get("allow_purchases?", "")):
        return True
    tracking = product.get("inventory_tracking", "").lower()
    counted = product if tracking in ("product", "by product") else own
    left = number(counted.get("current_stock", ""))
    return tracking not in ("", "none") and left is not None and left <= 0
