"""Shopify's product export (CSV, the old header and the new): a row a variant, and rows of pictures.

A variant's row leaves the product's fields empty. Rows of one handle belong together wherever they stand, so
an export is read twice: for the last row of each handle, then for the products.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from spark_vision.catalogue import fields
from spark_vision.catalogue.prices import parse_price
from spark_vision.catalogue.table import Row, TableRow, open_table
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import Availability, FeedIssue, FeedRow, Price, Product

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
_ATTRIBUTES = {
    "colour": "color",
    "color": "color",
    "size": "size",
    "material": "material",
    "pattern": "pattern",
}


@dataclass(frozen=True, slots=True)
class Shop:
    """What Shopify's file does not say. currency: ISO 4217, or empty; url: the shop's, for links."""

    currency: str = ""
    url: str = ""


UNKNOWN_SHOP = Shop()


def is_shopify(columns: list[str]) -> bool:
    """Whether a header is one of Shopify's."""
    return "handle" in map(_old_name, columns) and "image_link" not in columns


def read_shopify_csv(path: Path, shop: Shop) -> Iterator[FeedRow | FeedIssue]:
    """Stream the variants as products, grouped by their handle.

    Raises CatalogueError where the file cannot be read or has no Shopify header.
    """
    with open_table(path, "handle") as table:
        columns = {_old_name(name) for name in table.columns}
        if not {"handle", "title"} <= columns:
            raise CatalogueError(f"{path}: the header has no Handle and Title; this is no Shopify export.")
        if not shop.currency and "variant_price" in columns:
            yield FeedIssue(
                "prices are left out: the file has no currency; set SPARK_VISION_SHOP_CURRENCY",
                line=1,
                severity="warning",
            )
        last_rows, waiting = _last_rows(path), dict[str, list[TableRow]]()
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


def _last_rows(path: Path) -> dict[str, int]:
    """Return the line of each handle's last row, so that no more rows are held than must be."""
    with open_table(path, "handle") as table:
        return {_handle(row): row.line for row in table.rows if isinstance(row, TableRow)}


def _handle(row: TableRow) -> str:
    return row.values.get("handle") or row.values.get("url_handle", "")


def _titled_first(rows: list[TableRow]) -> list[TableRow]:
    """Put the row with the product's fields first: a sorted export may have it anywhere."""
    return sorted(rows, key=lambda row: not row.values.get("title"))


def _renamed(row: TableRow) -> TableRow:
    return TableRow(row.line, {_old_name(name): value for name, value in row.values.items()})


def _products(rows: list[TableRow], handle: str, shop: Shop) -> Iterator[FeedRow | FeedIssue]:
    first = rows[0]
    if not handle:
        yield from (FeedIssue("Handle is empty", line=row.line) for row in rows)
        return
    if (reason := _unpublished(first.values)) is not None:
        yield FeedIssue(f"left out: {reason}", product_id=handle, line=first.line)
        return
    pictures = _pictures(rows)
    common = _common(first.values, handle, shop)
    names = {option: first.values.get(f"{option}_name", "") for option in _OPTIONS}
    variants = [row for row in rows if row is first or _is_variant(row.values)]
    claimed = {row.values.get("variant_image", "") for row in variants}
    shared = tuple(image for image in pictures if image not in claimed)
    repeated = _repeated_skus(variants)
    if repeated:
        reason = (
            f"SKU {', '.join(sorted(repeated))[:80]!r} stands on several variants; their ids are made of "
        )
        reason += "the handle and the options"
        yield FeedIssue(reason, product_id=handle, line=first.line, severity="warning")
    for row in variants:
        unique = row.values.get("variant_sku", "") not in repeated
        yield from _variant(_Variant(row, names, pictures, shared, unique), common, shop)


def _repeated_skus(variants: list[TableRow]) -> set[str]:
    """Return the SKUs that stand on more than one variant of a handle."""
    counts = Counter(row.values.get("variant_sku", "") for row in variants)
    return {sku for sku, count in counts.items() if sku and count > 1}


def _unpublished(values: Row) -> str | None:
    status = values.get("status", "").lower() or "active"
    if status != "active":
        return f"its status is {status}"
    return "it is not published" if values.get("published", "").lower() == "false" else None


def _is_variant(values: Row) -> bool:
    return any(values.get(name) for name in ("variant_sku", "variant_price", "option1_value"))


def _pictures(rows: list[TableRow]) -> tuple[str, ...]:
    """A product's pictures by Image Position; those without one stay in the order of the file."""
    placed = [
        (int(position) if (position := row.values.get("image_position", "")).isdecimal() else 1 << 30, image)
        for row in rows
        if (image := row.values.get("image_src", ""))
    ]
    return tuple(dict.fromkeys(image for _, image in sorted(placed, key=lambda place: place[0])))


def _common(values: Row, handle: str, shop: Shop) -> dict[str, str]:
    return {
        "title": values.get("title") or handle,
        "description": _plain(values.get("body_(html)", "")),
        "link": f"{shop.url.rstrip('/')}/products/{handle}" if shop.url else "",
        "brand": values.get("vendor", ""),
        "product_type": values.get("product_category") or values.get("type", ""),
        "item_group_id": handle,
    }


def _plain(html: str) -> str:
    if "<" not in html and "&" not in html:
        return html
    body = LexborHTMLParser(html).body
    return "" if body is None else " ".join(body.text(separator=" ").split())


@dataclass(frozen=True, slots=True)
class _Variant:
    """A variant's row with what its product says.

    names: of the options. pictures: all of the product's. shared: those that no other variant claims, nor
    this one as its own.
    """

    row: TableRow
    names: dict[str, str]
    pictures: tuple[str, ...]
    shared: tuple[str, ...]
    has_own_id: bool

    @property
    def options(self) -> dict[str, str]:
        """Values by the options' names; `Title: Default Title` says that there are none."""
        pairs = ((self.names[option], self.row.values.get(f"{option}_value", "")) for option in _OPTIONS)
        return {name: value for name, value in pairs if value and value != "Default Title"}


@dataclass(frozen=True, slots=True)
class _Prices:
    price: Price | None
    regular: Price | None


def _variant(variant: _Variant, common: dict[str, str], shop: Shop) -> Iterator[FeedRow | FeedIssue]:
    values, line = variant.row.values, variant.row.line
    sku = values.get("variant_sku") if variant.has_own_id else ""
    product_id = sku or _id_of(common["item_group_id"], variant.options)
    own = values.get("variant_image", "")
    # A variant with a picture of its own is not what the pictures of its siblings show.
    images = (own, *variant.shared) if own else variant.pictures
    if not images:
        yield FeedIssue("Image Src is empty", product_id=product_id, line=line)
        return
    code = values.get("variant_barcode", "").lstrip("'")  # Excel's mark of a text
    if code and fields.gtin(code) is None:
        reason = f"barcode {code!r} is no GTIN: its length or its check digit is wrong"
        yield FeedIssue(reason, product_id=product_id, line=line, severity="warning")
    price = values.get("variant_price", "")
    parsed = parse_price(price, shop.currency)
    if shop.currency and price and parsed.fault is not None:
        yield FeedIssue(parsed.fault, product_id=product_id, line=line, severity="warning")
    amount = parsed.price if price else None
    yield FeedRow(
        line, _product(product_id, images, variant, common, _Prices(amount, _regular(values, amount)))
    )


def _regular(values: Row, price: Price | None) -> Price | None:
    """The price that Shopify strikes through, where the price itself is less."""
    if price is None:
        return None
    regular = parse_price(values.get("variant_compare_at_price", ""), price.currency).price
    return regular if regular is not None and regular.amount > price.amount else None


def _product(
    product_id: str, images: tuple[str, ...], variant: _Variant, common: dict[str, str], prices: _Prices
) -> Product:
    attributes = {
        _ATTRIBUTES[name.lower()]: value
        for name, value in variant.options.items()
        if name.lower() in _ATTRIBUTES
    }
    values = variant.row.values
    return Product(
        id=product_id,
        images=images,
        price=prices.price,
        regular_price=prices.regular,
        availability=Availability.OUT_OF_STOCK if _sold_out(values) else Availability.IN_STOCK,
        gtin=fields.gtin(values.get("variant_barcode", "").lstrip("'")) or "",
        **common,
        **attributes,
    )


def _sold_out(values: Row) -> bool:
    """Nothing left of what is counted, or less (more was sold than there was), and no selling on."""
    counted = values.get("variant_inventory_tracker", "")
    sells_on = values.get("variant_inventory_policy", "").lower() in ("continue", "true")
    left = _whole_number(values.get("variant_inventory_qty", ""))
    return bool(counted) and left is not None and left <= 0 and not sells_on


def _whole_number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _id_of(handle: str, options: dict[str, str]) -> str:
    """The handle and the options, for variants without a SKU."""
    parts = (re.sub(r"[^\w]+", "-", value.lower()).strip("-") for value in options.values())
    return "-".join(filter(None, (handle, *parts)))
