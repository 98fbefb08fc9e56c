"""schema.org products as JSON-LD: a JSON file, JSON lines, or a page with JSON-LD in it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from spark_vision.catalogue.google import parse_row
from spark_vision.catalogue.json_stream import JsonItem, read_objects
from spark_vision.catalogue.table import Row
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue, FeedRow

_MAX_PAGE = 1 << 25
_INSIDE = ("@graph", "itemListElement", "dataFeedElement", "item", "mainEntity")
_SAME = tuple("color size material pattern".split())
_GTINS = ("gtin", "gtin13", "gtin14", "gtin12", "gtin8")
_DEPTH = 8


def read_json_ld(path: Path) -> Iterator[FeedRow | FeedIssue]:
    """Stream the products of a JSON-LD file; raises CatalogueError where there is no product in it."""
    yield from _products(read_objects(path), path)


def read_html(path: Path) -> Iterator[FeedRow | FeedIssue]:
    """The products that a saved page tells search engines of (`<script type="application/ld+json">`)."""
    yield from _products(_scripts(path), path)


def _scripts(path: Path) -> Iterator[JsonItem | FeedIssue]:
    with path.open("rb") as file:
        page = LexborHTMLParser(file.read(_MAX_PAGE))
    for number, script in enumerate(page.css('script[type="application/ld+json"]'), start=1):
        try:
            yield 1, json.loads(script.text())
        except (ValueError, RecursionError) as error:
            yield FeedIssue(f"JSON-LD script {number} of the page is no JSON ({error})")


def _products(items: Iterator[JsonItem | FeedIssue], path: Path) -> Iterator[FeedRow | FeedIssue]:
    found = False
    for item in items:
        if isinstance(item, FeedIssue):
            found = True
            yield item
            continue
        line, value = item
        for node in _nodes(value, {}):
            found = True
            yield from parse_row(_row(node), line)
    if not found:
        raise CatalogueError(f"{path}: there is no schema.org Product in this file.")


def _nodes(value: Any, group: dict[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """The Product nodes in a value; variants take over what their ProductGroup says of them all."""
    if depth > _DEPTH:
        return
    if isinstance(value, list):
        for element in value:
            yield from _nodes(element, group, depth + 1)
    elif isinstance(value, dict):
        types = {str(kind).rsplit("/", 1)[-1] for kind in _list(value.get("@type"))}
        if "ProductGroup" in types and value.get("hasVariant"):
            yield from _nodes(value["hasVariant"], {**group, **_shared(value)}, depth + 1)
        elif types & {"Product", "ProductGroup", "IndividualProduct", "ProductModel"}:
            yield {**group, **value}
        else:
            for key in _INSIDE:
                yield from _nodes(value.get(key), group, depth + 1)


def _shared(group: dict[str, Any]) -> dict[str, Any]:
    own = {"@type", "@id", "hasVariant", "sku", "productGroupID", "variesBy", *_GTINS}
    shared = {key: value for key, value in group.items() if key not in own}
    shared["inProductGroupWithID"] = group.get("productGroupID") or group.get("@id", "")
    return shared


def _row(node: dict[str, Any]) -> Row:
    """A node by Google's attribute names."""
    offer = _offer(node.get("offers"))
    images = [_url(image) for image in _list(node.get("image"))]
    row = {
        "id": _text(node.get("sku") or node.get("productID") or node.get("@id")),
        "title": _text(node.get("name")),
        "description": _text(node.get("description")),
        "link": _url(offer.get("url")) or _url(node.get("url")),
        "image_link": next(iter(images), ""),
        "additional_image_link": ",".join(image.replace(",", "%2C") for image in images[1:]),
        "price": _price(offer, list_price=True) or _price(offer),
        "sale_price": _price(offer) if _price(offer, list_price=True) else "",
        "availability": _text(offer.get("availability")),
        "brand": _text(node.get("brand")),
        "product_type": _text(node.get("category")),
        "item_group_id": _text(node.get("inProductGroupWithID")),
        "gtin": next((_text(node[name]) for name in _GTINS if node.get(name)), ""),
        "gender": _text(_dict(node.get("audience")).get("suggestedGender")),
    }
    return {**row, **{name: _text(node.get(name)) for name in _SAME}}


def _offer(value: Any) -> dict[str, Any]:
    """The first offer; an AggregateOffer's own offers go before its lowest price."""
    offer = _dict(next(iter(_list(value)), None))
    inner = _dict(next(iter(_list(offer.get("offers"))), None))
    return {**offer, **inner}


def _price(offer: dict[str, Any], *, list_price: bool = False) -> str:
    """What one pays; or the list price that is struck through beside it, empty where there is none."""
    told = [_dict(value) for value in _list(offer.get("priceSpecification"))]
    fitting = [value for value in told if _is_list_price(value) == list_price]
    if list_price and not fitting:
        return ""
    own = {} if list_price else {name: value for name, value in offer.items() if value is not None}
    details = {"priceCurrency": offer.get("priceCurrency"), **(fitting[0] if fitting else {}), **own}
    amount = details.get("price", details.get("lowPrice", ""))
    return f"{_text(amount)} {_text(details.get('priceCurrency'))}".strip()


def _is_list_price(specification: dict[str, Any]) -> bool:
    kind = _text(specification.get("priceType")).rsplit("/", 1)[-1]
    return kind in ("ListPrice", "StrikethroughPrice", "SRP", "MSRP")


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """A value as text: a named thing's name, of several the first."""
    if isinstance(value, list):
        return _text(value[0]) if value else ""
    if isinstance(value, dict):
        return _text(value.get("name") or value.get("@value") or value.get("@id"))
    return "" if value is None or isinstance(value, bool) else str(value).strip()


def _url(value: Any) -> str:
    """An address, also of an ImageObject."""
    if isinstance(value, dict):
        value = value.get("contentUrl") or value.get("url") or value.get("@id")
    return _text(value)
