"""The elements of an XML feed's items as rows by element name."""

from collections import deque
from collections.abc import Callable
from functools import lru_cache
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from spark_vision.catalogue.attributes import MORE_PICTURES, PICTURES, Row, attribute_of, split_pictures
from spark_vision.catalogue.table import TableRow
from spark_vision.core.product import FeedIssue

_MAX_TEXT = 1 << 18  # characters of an item
_MAX_SEEN = 20
_MAX_PATH = 4  # names
_ITEMS = frozenset(
    "item entry product offer shopitem article artikel produkt produit prodotto producto row record"
    " listing".split()
)
_GOOGLE = "base.google.com/ns/1.0"
# Markup that shops forget to escape in descriptions; its text belongs to the element around it.
_BLOCKS = ("p", "br", "div", "li")
_HTML = frozenset("b i u p br em strong span div ul ol li a h1 h2 h3 h4 h5 h6 sub sup small font".split())


@lru_cache(1024)
def _parts(name: str) -> tuple[str, str]:
    """Return an element's prefix, and its own name in lower case."""
    prefix, _, local = name.rpartition(":")
    return prefix, local.lower()


class ItemHandler(ContentHandler):
    """Collects the elements of each item.

    A nested element has the path of its names: `images/image`. Repeated pictures are collected, of other
    repeated elements the first counts, and Google's `g:title` goes before RSS's own `title`.

    Attributes:
        items: The rows, to be taken out by the reader.
        seen: Names of the first elements, for error messages.
        line: Returns the parser's line.
    """

    def __init__(self, item: str = "") -> None:
        super().__init__()
        self.items: deque[TableRow | FeedIssue] = deque()
        self.seen: dict[str, None] = {}
        self.line: Callable[[], int] = lambda: 0
        self._names = frozenset({item}) if item else _ITEMS
        self._root = ""
        self._google = {"g"}  # prefixes of Google's attributes
        self._row: Row = {}
        self._of_google: set[str] = set()
        self._more: list[str] = []
        self._room = 0  # characters that this item may still have
        self._begin = 0
        self._path: list[str] = []  # below the item
        self._texts: list[list[str]] = []
        self._inside = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX names it
        _, local = _parts(name)
        if len(self.seen) < _MAX_SEEN:
            self.seen[local] = None
        has_attributes = attrs.getLength() > 0
        if has_attributes:
            self._google.update(
                key[6:] for key, uri in attrs.items() if key.startswith("xmlns") and uri.endswith(_GOOGLE)
            )
        if not self._inside:
            self._outside(local, attrs)
            return
        self._room -= len(name) if self._path else 0  # nesting has a cost
        self._path.append(local)
        self._texts.append([])
        if has_attributes:
            self._values_in(local, attrs)

    def _outside(self, local: str, attrs: AttributesImpl) -> None:
        if not self._root:
            self._root = local
        elif local in self._names:
            self._inside, self._begin, self._room = True, self.line(), _MAX_TEXT
            self._row = {key.lower(): value for key, value in attrs.items()}
            self._room -= sum(map(len, self._row.values()))
            if self._row.pop("available", "").lower() == "false":
                self._row["availability"] = "out_of_stock"
            self._of_google, self._more = set(), []

    def _values_in(self, local: str, attrs: AttributesImpl) -> None:
        """Read the values that stand in an element's attributes."""
        values = dict(attrs.items())
        if local == "link" and "href" in values:  # Atom
            self._add(values["href"])
        elif local in ("enclosure", "content") and values.get("type", "").startswith("image/"):
            self._path[-1] = "image"
            self._add(values.get("url", ""))
        elif attribute_of(local) in (PICTURES, MORE_PICTURES):
            self._add(values.get("url") or values.get("src") or values.get("href") or "")
        elif "price" in local and values.get("currency"):
            self._row.setdefault("currency", values["currency"])

    def characters(self, content: str) -> None:
        if self._texts:
            self._add(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX names it
        if not self._inside:
            return
        if not self._path:
            self.items.append(self._finished())
            self._inside = False
            return
        text, local, depth = "".join(self._texts.pop()), self._path[-1], len(self._path)
        if depth > 1 and local in _HTML:
            self._texts[-1].append(text if local not in _BLOCKS else f" {text} " if text else " ")
        elif depth <= _MAX_PATH:
            path = local if depth == 1 else "/".join(self._path)
            self._keep(path, text.strip(), google=_parts(name)[0] in self._google)
        self._path.pop()

    def _add(self, text: str) -> None:
        self._room -= len(text)
        if self._room >= 0:
            self._texts[-1].append(text)

    def _keep(self, name: str, text: str, *, google: bool) -> None:
        if not text or self._room < 0:
            return
        attribute = attribute_of(name)
        if attribute == MORE_PICTURES or (attribute == PICTURES and name in self._row):
            if google and name not in self._of_google and name in self._row:
                text, self._row[name] = self._row[name], text
            self._more.extend(picture.replace(",", "%2C") for picture in split_pictures(text))
        elif name not in self._row or (google and name not in self._of_google):
            self._room -= 0 if name in self._row else len(name)
            self._row[name] = text
        if google:
            self._of_google.add(name)

    def _finished(self) -> TableRow | FeedIssue:
        if self._room < 0:
            reason = f"the item has more than {_MAX_TEXT:,} characters"
            return FeedIssue(reason, product_id=self._row.get("id", ""), line=self._begin)
        if self._more:
            self._row[MORE_PICTURES] = ",".join(self._more)
        return TableRow(self._begin, self._row)
