"""Shopify's product export (CSV, the old header and the new): one row for each variant, and rows of pictures.

A variant's row leaves the product's fields empty. Rows of one handle belong together wherever they stand, so
an export is read twice: for the last row of each handle, then for the products.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from spark_vision.catalogue.attributes import Row
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.feed_map import NO_MAP, FeedMap
from spark_vision.catalogue.shop import NO_CURRENCY, Shop, joined, number, option_attributes
from spark_vision.catalogue.table import TableRow, open_table
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue

# The new header's names (2024) by those of the old one; both are in use.
_NEW_NAMES = {
    "url_handle": "handle",
    "description": "body_(html)",
    "product_image_url": "image_src",
    "variant_image_url": "variant_image",
    "sku": "variant_sku",
    "barcode": "variant_barcode",
    "price": "variant_price",
    "compare-at_price": "variant_compare_at_price",
    "inventory_quantity": "variant_inventory_qty",
    "continue_selling_when_out_of_stock": "variant_inventory_policy",
    "inventory_tracker": "variant_inventory_tracker",
    "published_on_online_store": "published",
}
_OPTIONS = ("option1", "option2", "option3")


def is_shopify(columns: list[str]) -> bool:
    """Return whether a header is one of Shopify's."""
    return "handle" in map(_old_name, columns) and "image_link" not in columns


def read_shopify_csv(
    feed: FeedFile, shop: Shop, feed_map: FeedMap = NO_MAP
) -> Iterator[TableRow | FeedIssue]:
    """Stream the variants as rows by Google's attribute names, grouped by their handle.

    Raises:
        CatalogueError: If the file cannot be read or has no Shopify header.
    """
    with open_table(feed, "handle", encoding=feed_map.encoding) as table:
        columns = {_old_name(name) for name in table.columns}
        if not {"handle", "title"} <= columns:
            raise CatalogueError(f"{feed}: the header has no Handle and Title; this is no Shopify export.")
        if not shop.currency and "variant_price" in columns:
            yield NO_CURRENCY
        last_rows, waiting = _last_rows(feed, feed_map), dict[str, list[TableRow]]()
        for row in table.rows:
            if isinstance(row, FeedIssue):
                yield row
                continue
            handle = _handle(row)
            waiting.setdefault(handle, []).append(_renamed(row))
            if row.line == last_rows.get(handle):
                yield from _products(_titled_first(waiting.pop(handle)), handle, shop)


def _old_name(name: str) -> str:
    return _NEW_NAMES.get(name, name)


def _last_rows(feed: FeedFile, feed_map: FeedMap) -> dict[str, int]:
    """Return the line of each handle's last row, so that no more rows are held than must be."""
    with open_table(feed, "handle", encoding=feed_map.encoding) as table:
        return {_handle(row): row.line for row in table.rows if isinstance(row, TableRow)}


def _handle(row: TableRow) -> str:
    return row.values.get("handle") or row.values.get("url_handle", "")


def _titled_first(rows: list[TableRow]) -> list[TableRow]:
    """Put the row with the product's fields first: a sorted export may have it anywhere."""
    return sorted(rows, key=lambda row: not row.values.get("title"))


def _renamed(row: TableRow) -> TableRow:
    return TableRow(row.line, {_old_name(name): value for name, value in row.values.items()})


def _products(rows: list[TableRow], handle: str, shop: Shop) -> Iterator[TableRow | FeedIssue]:
    first = rows[0]
    if not handle:
        yield from (FeedIssue("Handle is empty", line=row.line) for row in rows)
        return
    if (reason := _unpublished(first.values)) is not None:
        yield FeedIssue(f"left out: {reason}", product_id=handle, line=first.line)
        return
    pictures = _pictures(rows)
    common = _common(first.values, handle, shop)
    names = [first.values.get(f"{option}_name", "") for option in _OPTIONS]
    variants = [row for row in rows if row is first or _is_variant(row.values)]
    claimed = {row.values.get("variant_image", "") for row in variants}
    shared = [image for image in pictures if image not in claimed]
    repeated = repeated_skus(row.values.get("variant_sku", "") for row in variants)
    if repeated:
        yield repeated_sku_warning(repeated, handle, first.line)
    for row in variants:
        options = named_options(names, [row.values.get(f"{option}_value", "") for option in _OPTIONS])
        own, sku = row.values.get("variant_image", ""), row.values.get("variant_sku", "")
        product_id = sku if sku and sku not in repeated else id_of(handle, options)
        # A variant with a picture of its own is not what the pictures of its siblings show.
        images = [own, *shared] if own else pictures
        if not images:
            yield FeedIssue("Image Src is empty", product_id=product_id, line=row.line)
            continue
        variant = _variant(row.values, images, product_id)
        if not shop.currency:
            variant["price"] = variant["sale_price"] = ""
        yield TableRow(row.line, {**common, **option_attributes(options), **variant})


def repeated_skus(skus: Iterable[str]) -> set[str]:
    """Return the SKUs that stand on more than one variant of a product."""
    return {sku for sku, count in Counter(skus).items() if sku and count > 1}


def repeated_sku_warning(skus: set[str], handle: str, line: int) -> FeedIssue:
    """Return the warning about SKUs that stand on several variants."""
    listed = repr(", ".join(sorted(skus))[:80])
    reason = f"SKU {listed} stands on several variants; their ids are made of the handle and the options"
    return FeedIssue(reason, product_id=handle, line=line, severity="warning")


def named_options(names: list[str], values: list[str]) -> dict[str, str]:
    """Return values by the options' names; `Title: Default Title` says that there are none."""
    pairs = zip(names, values, strict=False)
    return {name: value for name, value in pairs if value and value != "Default Title"}


def _unpublished(values: Row) -> str | None:
    status = values.get("status", "").lower() or "active"
    if status != "active":
        return f"its status is {status}"
    return "it is not published" if values.get("published", "").lower() == "false" else None


def _is_variant(values: Row) -> bool:
    return any(values.get(name) for name in ("variant_sku", "variant_price", "option1_value"))


def _pictures(rows: list[TableRow]) -> list[str]:
    """Return a product's pictures by Image Position; those without one stay in the order of the file."""
    placed = [
        (int(position) if (position := row.values.get("image_position", "")).isdecimal() else 1 << 30, image)
        for row in rows
        if (image := row.values.get("image_src", ""))
    ]
    return list(dict.fromkeys(image for _, image in sorted(placed, key=lambda place: place[0])))


def _common(values: Row, handle: str, shop: Shop) -> Row:
    return {
        "title": values.get("title") or handle,
        "description": values.get("body_(html)", ""),
        "link": shop.link(f"products/{handle}"),
        "brand": values.get("vendor", ""),
        "product_type": values.get("product_category") or values.get("type", ""),
        "item_group_id": handle,
    }


def _variant(values: Row, images: list[str], product_id: str) -> Row:
    return {
        "id": product_id,
        "image_link": images[0],
        "additional_image_link": joined(images[1:]),
        **regular_and_sale(values.get("variant_price", ""), values.get("variant_compare_at_price", "")),
        "availability": "out_of_stock" if _sold_out(values) else "in_stock",
        "gtin": values.get("variant_barcode", "").lstrip("'"),  # Excel's mark of a text
    }


def regular_and_sale(price: str, regular: str) -> Row:
    """Return the prices by attribute: `regular` is struck through if the price is less.

    >>> regular_and_sale("9.00", "12.00"), regular_and_sale("9.00", "8.00")
    ({'price': '12.00', 'sale_price': '9.00'}, {'price': '9.00', 'sale_price': ''})
    """
    amount = number(price)
    is_less = amount is not None and (number(regular) or 0) > amount
    return {"price": regular if is_less else price, "sale_price": price if is_less else ""}


def _sold_out(values: Row) -> bool:
    """Return whether nothing is left of what is counted, and it is not sold on."""
    counted = values.get("variant_inventory_tracker", "")
    sells_on = values.get("variant_inventory_policy", "").lower() in ("continue", "true")
    left = number(values.get("variant_inventory_qty", ""))
    return bool(counted) and left is not None and left <= 0 and not sells_on


def id_of(handle: str, options: dict[str, str]) -> str:
    """Return an id made of the handle and the options, for variants without a SKU of their own."""
    parts = (re.sub(r"[^\w]+", "-", value.lower()).strip("-") for value in options.values())
    return "-".join(filter(None, (handle, *parts)))
