"""The Product nodes of JSON-LD, with the references between nodes resolved. It serves files and pages."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

Node = dict[str, Any]

_PRODUCTS = frozenset("Product ProductGroup IndividualProduct ProductModel SomeProducts Vehicle Car".split())
# Where the products of a page or list are. A product's own relations, such as isRelatedTo, are not followed.
_INSIDE = tuple(
    "@graph itemListElement dataFeedElement item mainEntity mainEntityOfPage hasPart itemOffered"
    " hasOfferCatalog makesOffer about".split()
)
_GTINS = ("gtin", "gtin13", "gtin14", "gtin12", "gtin8")
_OF_THE_GROUP = frozenset({"@type", "@id", "hasVariant", "sku", "productGroupID", "variesBy", "url", *_GTINS})
_MAX_DEPTH = 12
_MAX_REFERENCES = 200  # resolved within one product
_PREFIXES = ("https://schema.org/", "http://schema.org/", "schema:")


class References:
    """The nodes of one document by their `@id`.

    They lie in a temporary database of SQLite, which moves to the disk when it grows.
    """

    def __init__(self) -> None:
        self._nodes = sqlite3.connect("")
        self._nodes.execute("create table node (id text primary key, value text not null) without rowid")
        self._nodes.execute("create table variant (id text primary key, named text not null) without rowid")

    def __enter__(self) -> "References":
        return self

    def __exit__(self, *_: object) -> None:
        self._nodes.close()

    def add(self, value: Any, depth: int = 0) -> None:
        """Remember the nodes of a value that others may name."""
        if depth > _MAX_DEPTH:
            return
        for node in map(_plain, _dicts(value)):
            if _id(node) and not _is_reference(node):
                text = json.dumps(node, default=str)
                self._nodes.execute("insert or ignore into node values (?, ?)", (_id(node), text))
            if "ProductGroup" in _types(node):
                for variant in _dicts(node.get("hasVariant")):
                    if _is_reference(variant):
                        pair = (_id(variant), _id(node))
                        self._nodes.execute("insert or ignore into variant values (?, ?)", pair)
            for key in _INSIDE:
                self.add(node.get(key), depth + 1)

    def node(self, node_id: str) -> Node | None:
        """Return the node of an id, or None."""
        row = self._nodes.execute("select value from node where id = ?", (node_id,)).fetchone()
        return None if row is None else json.loads(row[0])

    def group_of(self, node_id: str) -> Node | None:
        """Return the ProductGroup that names a node as its variant, or None."""
        found = self._nodes.execute("select named from variant where id = ?", (node_id,)).fetchone()
        return None if found is None else self.node(found[0])

    def resolved(self, node: Node) -> Node:
        """Return a node in which references are replaced by what they name; circles stay references."""
        left = [_MAX_REFERENCES]
        return {key: self._resolved(value, (_id(node),), left) for key, value in node.items()}

    def _resolved(self, value: Any, trail: tuple[str, ...], left: list[int]) -> Any:
        if isinstance(value, list):
            return [self._resolved(element, trail, left) for element in value]
        if not isinstance(value, dict) or len(trail) > _MAX_DEPTH:
            return value
        if _is_reference(value):
            name = _id(value)
            found = self.node(name) if left[0] > 0 and name not in trail else None
            left[0] -= 1
            if found is None:
                return value
            value, trail = found, (*trail, name)
        else:
            trail = (*trail, "")
        return {key: self._resolved(element, trail, left) for key, element in value.items()}


def products(value: Any, references: References) -> Iterator[Node]:
    """Yield the Product nodes in a value, resolved; variants take over what their group says of all."""
    yield from _products(value, {}, references, 0)


def _products(value: Any, group: Node, references: References, depth: int) -> Iterator[Node]:
    if depth > _MAX_DEPTH:
        return
    for found in _dicts(value):
        node = _plain(found)
        types = _types(node)
        if _is_reference(node):
            continue  # the node itself is found where it is
        inline = [variant for variant in _dicts(node.get("hasVariant")) if not _is_reference(variant)]
        if "ProductGroup" in types and inline:
            shared = _shared(references.resolved({**node, "hasVariant": None}))
            yield from _products(inline, {**group, **shared}, references, depth + 1)
        elif "ProductGroup" in types and _has_known_variants(node, references):
            continue
        elif types & _PRODUCTS:
            yield _with_group(node, group, references)
        elif "Offer" in types:
            offer = {key: value for key, value in node.items() if key != "itemOffered"}
            yield from _products(node.get("itemOffered"), {**group, "offers": offer}, references, depth + 1)
        else:
            for key in _INSIDE:
                yield from _products(node.get(key), group, references, depth + 1)


def _has_known_variants(node: Node, references: References) -> bool:
    return any(references.node(_id(variant)) for variant in _dicts(node.get("hasVariant")))


def _with_group(node: Node, group: Node, references: References) -> Node:
    """Return a variant with what its group says, wherever the group is named."""
    resolved = references.resolved(node)
    if group:
        return {**group, **resolved}
    known = next(iter(_dicts(resolved.get("isVariantOf"))), None)
    if known is None or _is_reference(known):
        known = references.group_of(_id(node))
        known = None if known is None else references.resolved({**known, "hasVariant": None})
    return {**_shared(_plain(known)), **resolved} if known else resolved


def _shared(group: Node) -> Node:
    shared = {key: value for key, value in group.items() if key not in _OF_THE_GROUP}
    shared["inProductGroupWithID"] = group.get("productGroupID") or group.get("@id", "")
    return shared


def _plain(node: Node) -> Node:
    """Return a node whose keys have no prefix of schema.org."""
    if not any(key.startswith(_PREFIXES) for key in node):
        return node
    return {_unprefixed(key): value for key, value in node.items()}


def _unprefixed(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _types(node: Node) -> set[str]:
    kinds = node.get("@type")
    return {
        _unprefixed(str(kind)).rsplit("/", 1)[-1] for kind in (kinds if isinstance(kinds, list) else [kinds])
    }


def _id(node: Node) -> str:
    found = node.get("@id")
    return found if isinstance(found, str) else ""


def _is_reference(node: Node) -> bool:
    return bool(_id(node)) and set(node) <= {"@id", "@type"}


def _dicts(value: Any) -> Iterable[Node]:
    """Return the objects of a value: itself, or those of a list, however deep."""
    waiting, found = [value], []
    while waiting:
        this = waiting.pop()
        if isinstance(this, dict):
            found.append(this)
        elif isinstance(this, list):
            waiting.extend(reversed(this))
    return found
