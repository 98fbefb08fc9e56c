"""Shopify's `products.json`, as the shop front and the Admin API write it."""

from collections.abc import Iterator
from typing import Any

from spark_vision.catalogue.attributes import Row
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.feed_map import NO_MAP, FeedMap
from spark_vision.catalogue.json_stream import read_values
from spark_vision.catalogue.json_values import as_dict, as_list, text
from spark_vision.catalogue.shop import NO_CURRENCY, Shop, left_out, number, option_attributes, pictures
from spark_vision.catalogue.shopify import (
    id_of,
    named_options,
    regular_and_sale,
    repeated_sku_warning,
    repeated_skus,
)
from spark_vision.catalogue.table import TableRow
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue

Node = dict[str, Any]


def is_shopify_product(value: Any) -> bool:
    """Return whether a JSON object is one of Shopify's products."""
    return isinstance(value, dict) and isinstance(value.get("variants"), list) and "@type" not in value


def read_shopify_json(
    feed: FeedFile, shop: Shop, feed_map: FeedMap = NO_MAP
) -> Iterator[TableRow | FeedIssue]:
    """Stream the variants as rows by Google's attribute names.

    Raises:
        CatalogueError: If the file is no JSON to its end, or has no product.
    """
    if not shop.currency:
        yield NO_CURRENCY
    found = False
    for item in read_values(feed, feed_map):
        if isinstance(item, FeedIssue):
            yield item
            continue
        line, value = item
        product = as_dict(value).get("product") or value
        if is_shopify_product(product):
            found = True
            yield from _products(product, line, shop)
    if not found:
        raise CatalogueError(f"{feed}: there is no product of Shopify's in this file.")


def _products(product: Node, line: int, shop: Shop) -> Iterator[TableRow | FeedIssue]:
    handle = text(product.get("handle")) or text(product.get("id"))
    status = text(product.get("status")).lower() or "active"
    if status != "active":
        yield left_out(f"its status is {status}", handle, line)
        return
    images = sorted(
        map(as_dict, as_list(product.get("images"))),
        key=lambda image: number(text(image.get("position"))) or 0,
    )
    variants = [as_dict(variant) for variant in as_list(product.get("variants"))]
    own = [_own_image(variant, images) for variant in variants]
    everything = [text(image.get("src")) for image in images] or [
        text(as_dict(product.get("image")).get("src"))
    ]
    shared = [image for image in everything if image not in own]
    repeated = repeated_skus(text(variant.get("sku")) for variant in variants)
    if repeated:
        yield repeated_sku_warning(repeated, handle, line)
    common = _common(product, handle, shop)
    for variant, image in zip(variants, own, strict=True):
        options = _options(product, variant)
        sku = text(variant.get("sku"))
        product_id = sku if sku and sku not in repeated else id_of(handle, options)
        shown = pictures([image, *shared] if image else everything)
        yield TableRow(
            line, {**common, **option_attributes(options), **_variant(variant, product_id, shop), **shown}
        )


def _position(image: Node) -> float:
    return number(text(image.get("position"))) or 0


def _common(product: Node, handle: str, shop: Shop) -> Row:
    return {
        "title": text(product.get("title")) or handle,
        "description": text(product.get("body_html")),
        "link": shop.link(f"products/{handle}"),
        "brand": text(product.get("vendor")),
        "product_type": text(product.get("product_type")),
        "item_group_id": handle,
    }


def _variant(variant: Node, product_id: str, shop: Shop) -> Row:
    prices = regular_and_sale(text(variant.get("price")), text(variant.get("compare_at_price")))
    return {
        "id": product_id,
        "gtin": text(variant.get("barcode")),
        "availability": "out_of_stock" if _sold_out(variant) else "in_stock",
        **(prices if shop.currency else {}),
    }


def _own_image(variant: Node, images: list[Node]) -> str:
    """Return the picture that shows a variant: named by the variant, or naming it; else an empty text."""
    featured = text(as_dict(variant.get("featured_image")).get("src"))
    for image in images:
        names = variant.get("id") is not None and variant["id"] in as_list(image.get("variant_ids"))
        named = image.get("id") is not None and image["id"] == variant.get("image_id")
        if not featured and (names or named):
            featured = text(image.get("src"))
    return featured


def _options(product: Node, variant: Node) -> dict[str, str]:
    names = [text(option) for option in as_list(product.get("options"))]
    values = [text(variant.get(f"option{place}")) for place in (1, 2, 3)]
    return named_options(names + [f"option{place}" for place in range(len(names) + 1, 4)], values)


def _sold_out(variant: Node) -> bool:
    if variant.get("available") is not None:
        return variant["available"] is False
    left = number(text(variant.get("inventory_quantity")))
    counted = variant.get("inventory_management") is not None
    return counted and left is not None and left <= 0 and text(variant.get("inventory_policy")) != "continue"
