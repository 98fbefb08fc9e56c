"""schema.org products as JSON-LD: a JSON file, JSON lines, or a page with JSON-LD in it."""

import json
from collections.abc import Iterator
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser

from spark_vision.catalogue.attributes import Row
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.feed_map import NO_MAP, FeedMap
from spark_vision.catalogue.json_ld import Node, References, products
from spark_vision.catalogue.json_rows import flat_row
from spark_vision.catalogue.json_stream import JsonItem, read_values
from spark_vision.catalogue.json_values import as_dict, as_list, text, url
from spark_vision.catalogue.offers import best_offer
from spark_vision.catalogue.shop import joined
from spark_vision.catalogue.table import TableRow
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue

_MAX_PAGE = 1 << 25
_SAME = tuple("color size material pattern mpn".split())
_GTINS = ("gtin", "gtin13", "gtin14", "gtin12", "gtin8")


def read_json_ld(feed: FeedFile, feed_map: FeedMap = NO_MAP) -> Iterator[TableRow | FeedIssue]:
    """Stream the products of a JSON-LD file.

    The file is read twice if its nodes name each other: for the nodes, then for the products.

    Raises:
        CatalogueError: If the file is no JSON to its end, or has no product.
    """
    with References() as references:
        if _has_ids(feed):
            for item in read_values(feed, feed_map):
                if not isinstance(item, FeedIssue):
                    references.add(item[1])
        yield from _rows(read_values(feed, feed_map), references, feed)


def read_html(feed: FeedFile, _: FeedMap = NO_MAP) -> Iterator[TableRow | FeedIssue]:
    """Read the products of a saved page's scripts for search engines (`application/ld+json`)."""
    scripts = list(_scripts(feed))
    with References() as references:
        for item in scripts:
            if not isinstance(item, FeedIssue):
                references.add(item[1])
        yield from _rows(iter(scripts), references, feed)


def _has_ids(feed: FeedFile) -> bool:
    """Return whether a file has an `@id` at all."""
    end = b""
    with feed.open() as file:
        while block := file.read(1 << 20):
            if b"@id" in end + block or b"@\0i\0d" in end + block:
                return True
            end = block[-8:]
    return False


def _scripts(feed: FeedFile) -> Iterator[JsonItem | FeedIssue]:
    with feed.open() as file:
        page = LexborHTMLParser(file.read(_MAX_PAGE))
    for number, script in enumerate(page.css('script[type="application/ld+json"]'), start=1):
        try:
            yield 1, json.loads(_bare(script.text()), strict=False, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            yield FeedIssue(f"JSON-LD script {number} of the page is no JSON ({error})")


def _bare(script: str) -> str:
    """Return a script's JSON without the comment or CDATA marks of old pages."""
    text = script.strip().removeprefix("<!--").removeprefix("//").removeprefix("<![CDATA[").strip()
    return text.removesuffix("-->").removesuffix("]]>").strip().removesuffix("//").strip().removesuffix(";")


def _rows(
    items: Iterator[JsonItem | FeedIssue], references: References, feed: FeedFile
) -> Iterator[TableRow | FeedIssue]:
    found = False
    for item in items:
        if isinstance(item, FeedIssue):
            found = True
            yield item
            continue
        line, value = item
        for node in products(value, references):
            found = True
            yield from _row(node, line)
        if isinstance(value, dict) and "@type" not in value and (row := flat_row(value)):
            found = True
            yield TableRow(line, row)
    if not found:
        raise CatalogueError(f"{feed}: there is no schema.org Product in this file.")


def _row(node: Node, line: int) -> Iterator[TableRow | FeedIssue]:
    """Yield a node by Google's attribute names, and a warning if its offers are odd."""
    offer = best_offer(node.get("offers"))
    images = [image for image in map(url, as_list(node.get("image"))) if image]
    row: Row = {
        "id": _product_id(node),
        "title": text(node.get("name")),
        "description": text(node.get("description")),
        "link": url(offer.node.get("url")) or url(node.get("url")),
        "image_link": next(iter(images), ""),
        "additional_image_link": joined(images[1:]),
        "price": offer.list_price or offer.price,
        "sale_price": offer.price if offer.list_price else "",
        "availability": text(offer.node.get("availability")),
        "brand": text(node.get("brand") or node.get("manufacturer")),
        "product_type": text(node.get("category")),
        "item_group_id": text(node.get("inProductGroupWithID")),
        "gtin": next((text(node[name]) for name in _GTINS if node.get(name)), ""),
        "gender": text(as_dict(node.get("audience")).get("suggestedGender")),
    }
    row |= {name: text(node.get(name)) for name in _SAME}
    if offer.note:
        yield FeedIssue(offer.note, product_id=row["id"], line=line, severity="warning")
    yield TableRow(line, row)


def _product_id(node: Node) -> str:
    """Return a product's id, or an empty text if its GTIN, MPN or link must stand in."""
    own = text(node.get("sku") or node.get("productID"))
    name = text(node.get("@id"))
    others = ("mpn", "url", *_GTINS)
    if own or not name:
        return own
    # `#product` and `_:b0` name the node within its page only.
    is_local = name.startswith(("#", "_:")) and any(node.get(other) for other in others)
    return "" if is_local else name
