"""Google Merchant feeds as RSS 2.0 or Atom 1.0, with attributes in the `g:` namespace.

The parser is defusedxml's: entities and external references, the stuff of XML bombs, are refused.
"""

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

from spark_vision.catalogue.google import parse_row
from spark_vision.catalogue.table import Row, TableRow
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue, FeedRow

_BLOCK = 1 << 16
_MOST_TEXT = 1 << 18  # characters of an item
_ITEMS = ("item", "entry")
# Attributes that may stand several times in an item; Google's text feeds separate them by commas.
_SEVERAL = frozenset({"additional_image_link"})


def read_google_xml(path: Path) -> Iterator[FeedRow | FeedIssue]:
    """Stream the products of an RSS or Atom feed, with an issue for each item that is none.

    Raises CatalogueError where the file is no well-formed XML to its end: half a feed would take the
    other half out of the shop.
    """
    items = 0
    for item in _items(path):
        items += 1
        if isinstance(item, FeedIssue):
            yield item
        else:
            yield from parse_row(item.values, item.line)
    if not items:
        raise CatalogueError(f"{path}: there is no <item> (RSS) or <entry> (Atom) in this feed.")


def _items(path: Path) -> Iterator[TableRow | FeedIssue]:
    parser = create_parser(forbid_dtd=False)
    handler = _ItemHandler(parser)
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                parser.feed(block)
                while handler.items:
                    yield handler.items.popleft()
            parser.close()
        yield from handler.items
    except DefusedXmlException:
        raise CatalogueError(f"{path}: the feed declares entities, which are not read here.") from None
    except OSError as error:
        raise CatalogueError(f"{path}: the feed cannot be read ({error.strerror}).") from error
    except Exception as error:  # SAXParseException, or UnicodeError and the like from a false encoding
        raise CatalogueError(f"{path}: this is no well-formed XML ({_words(error, parser)}).") from error


def _words(error: Exception, place: Locator) -> str:
    message = getattr(error, "getMessage", lambda: str(error))()
    return f"line {place.getLineNumber()}: {message}"


class _ItemHandler(ContentHandler):
    """Collects an item's direct children; what is nested deeper (shipping, tax) is passed over."""

    def __init__(self, place: Locator) -> None:
        super().__init__()
        self.items: deque[TableRow | FeedIssue] = deque()
        self._row: Row = {}
        self._several: dict[str, list[str]] = {}
        self._room = 0  # for characters of this item
        self._line = 0
        self._depth = 0  # 0: outside of items, 1: in an item, 2: in an attribute
        self._text: list[str] = []
        self._place = place

    def startElementNS(  # noqa: N802 - SAX names it
        self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        if self._depth == 0:
            if name[1] in _ITEMS:
                self._depth, self._row, self._line = 1, {}, self._place.getLineNumber() or 0
                self._several, self._room = {}, _MOST_TEXT
            return
        self._depth += 1
        if self._depth == 2:
            # Atom's <link href="..."/> has its value in an attribute.
            href = attrs.get((None, "href"))
            self._text = []
            if href and name[1] == "link":
                self._add(href)

    def characters(self, content: str) -> None:
        if self._depth == 2:
            self._add(content)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: N802
        if self._depth == 0:
            return
        self._depth -= 1
        if self._depth == 1:
            self._keep(name, "".join(self._text).strip())
        elif self._depth == 0:
            self.items.append(self._item())

    def _add(self, text: str) -> None:
        self._room -= len(text)
        if self._room >= 0:
            self._text.append(text)

    def _keep(self, name: tuple[str | None, str], text: str) -> None:
        """g:title goes before RSS's own <title>; of several equal elements the first counts."""
        if not text or self._room < 0:
            return
        google, attribute = (name[0] or "").endswith("base.google.com/ns/1.0"), name[1].lower()
        if attribute in _SEVERAL:
            self._several.setdefault(attribute, []).append(text.replace(",", "%2C"))
        elif google or attribute not in self._row:
            self._row[attribute] = text

    def _item(self) -> TableRow | FeedIssue:
        if self._room < 0:
            reason = f"the item has more than {_MOST_TEXT:,} characters"
            return FeedIssue(reason, product_id=self._row.get("id", ""), line=self._line)
        several = {name: ",".join(held) for name, held in self._several.items()}
        return TableRow(self._line, self._row | several)
