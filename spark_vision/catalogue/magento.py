"""Magento's (Adobe Commerce's) export of catalog_product: configurable products name their variations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from spark_vision.catalogue.attributes import Row
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.feed_map import NO_MAP, FeedMap
from spark_vision.catalogue.shop import (
    NO_CURRENCY,
    Shop,
    deepest_category,
    is_no,
    left_out,
    option_attributes,
    period,
    pictures,
)
from spark_vision.catalogue.table import TableRow, open_table
from spark_vision.core.product import FeedIssue

_MEDIA = "media/catalog/product/"
_PAIR = re.compile(r"(?:^|,)([\w ]+)=((?:[^,]|,(?![\w ]+=))*)")
_DISABLED = "2"


def is_magento(columns: list[str]) -> bool:
    """Return whether a header is one of Magento's."""
    return "sku" in columns and not {"attribute_set_code", "_attribute_set", "base_image"}.isdisjoint(columns)


@dataclass
class _Family:
    """Configurable products by SKU, and their variations' parents and options by SKU."""

    parents: dict[str, Row] = field(default_factory=dict)
    parent_of: dict[str, str] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)


def read_magento(feed: FeedFile, shop: Shop, feed_map: FeedMap = NO_MAP) -> Iterator[TableRow | FeedIssue]:
    """Stream simple products and variations as rows by Google's attribute names.

    The file is read twice: for the configurable products, then for all. Rows of store views, which
    translate others, are skipped.
    """
    family = _family(feed, feed_map)
    with_variations = set(family.parent_of.values())
    if not shop.currency:
        yield NO_CURRENCY
    with open_table(feed, "sku", encoding=feed_map.encoding) as table:
        for row in table.rows:
            if isinstance(row, FeedIssue):
                yield row
            elif row.values.get("sku") and row.values["sku"] not in with_variations and _is_own(row.values):
                yield _product(row, family, shop)


def _is_own(values: Row) -> bool:
    return values.get("store_view_code", "") in ("", "default", "admin")


def _family(feed: FeedFile, feed_map: FeedMap) -> _Family:
    family = _Family()
    with open_table(feed, "sku", encoding=feed_map.encoding) as table:
        for row in table.rows:
            if isinstance(row, FeedIssue) or not row.values.get("configurable_variations"):
                continue
            sku = row.values.get("sku", "")
            family.parents.setdefault(sku, row.values)
            for given in row.values["configurable_variations"].split("|"):
                options = _pairs(given)
                variation = options.pop("sku", "")
                family.parent_of.setdefault(variation, sku)
                family.options.setdefault(variation, options)
    return family


def _pairs(text: str) -> dict[str, str]:
    """Return the values of a text such as `color=Red,size=M`.

    >>> _pairs("color=Red, dark,size=M")
    {'color': 'Red, dark', 'size': 'M'}
    """
    return {name.strip(): value.strip().strip('"') for name, value in _PAIR.findall(text)}


def _product(row: TableRow, family: _Family, shop: Shop) -> TableRow | FeedIssue:
    own = row.values
    parent = family.parents.get(family.parent_of.get(own["sku"], ""), {})
    if (reason := _hidden(own, parent)) is not None:
        return left_out(reason, own["sku"], row.line)
    more = {**_pairs(parent.get("additional_attributes", "")), **_pairs(own.get("additional_attributes", ""))}
    more |= family.options.get(own["sku"], {})
    page = (parent or own).get("url_key", "")
    values: Row = {
        "id": own["sku"],
        "title": own.get("name") or parent.get("name", ""),
        "description": _either(own, parent, "description", "short_description"),
        "link": shop.link(f"{page}.html") if page else "",
        "brand": more.get("manufacturer") or more.get("brand") or own.get("manufacturer", ""),
        "product_type": deepest_category(_either(own, parent, "categories"), ",", root="Default Category"),
        "item_group_id": parent.get("sku", ""),
        "gtin": next((more[name] for name in ("gtin", "ean", "upc", "barcode") if more.get(name)), ""),
        "mpn": more.get("mpn", ""),
        "price": own.get("price", "") if shop.currency else "",
        "sale_price": own.get("special_price", "") if shop.currency else "",
        "sale_price_effective_date": period(
            own.get("special_price_from_date", ""), own.get("special_price_to_date", "")
        ),
        "availability": "out_of_stock" if is_no(own.get("is_in_stock", "")) else "in_stock",
    }
    images = _images(own, shop) or _images(parent, shop)
    return TableRow(row.line, {**option_attributes(more), **values, **pictures(images)})


def _hidden(own: Row, parent: Row) -> str | None:
    if own.get("product_online") == _DISABLED or parent.get("product_online") == _DISABLED:
        return "it is disabled"
    if own.get("visibility", "").lower() == "not visible individually" and not parent:
        return "it is not visible individually, and no configurable product names it"
    return None


def _either(own: Row, parent: Row, *names: str) -> str:
    return next((values[name] for values in (own, parent) for name in names if values.get(name)), "")


def _images(values: Row, shop: Shop) -> list[str]:
    main = next((values[name] for name in ("base_image", "image", "small_image") if values.get(name)), "")
    listed = [part.strip() for part in (main, *values.get("additional_images", "").split(","))]
    return list(dict.fromkeys(_image(name, shop) for name in listed if name and name != "no_selection"))


def _image(name: str, shop: Shop) -> str:
    """Return the address of a picture, whose name is relative to the shop's media folder."""
    if "://" in name or name.startswith("//"):
        return name
    return shop.link(_MEDIA + name.lstrip("/")) or name.lstrip("/")
