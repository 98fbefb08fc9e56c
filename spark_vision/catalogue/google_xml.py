"""Product feeds as XML: RSS and Atom with Google's `g:` attributes, and lists such as `<products><product>`.

The parser is defusedxml's: it refuses entities and external references, which XML bombs are made of.
"""

import re
from collections.abc import Iterator
from typing import IO
from xml.sax.xmlreader import Locator

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.feed_map import NO_MAP, FeedMap
from spark_vision.catalogue.table import TableRow
from spark_vision.catalogue.text import open_text
from spark_vision.catalogue.xml_items import ItemHandler
from spark_vision.catalogue.xml_repair import XmlRepair
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue

_BLOCK = 1 << 16
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")


def read_google_xml(feed: FeedFile, feed_map: FeedMap = NO_MAP) -> Iterator[TableRow | FeedIssue]:
    """Stream the items of an XML feed, with an issue for each item that cannot be read.

    Small mistakes (a blank before `<?xml`, HTML's entities, a bare `&`, control characters) are repaired
    with a warning.

    Args:
        feed: The feed.
        feed_map: The name of the items' element, and the encoding, if they are unusual.

    Raises:
        CatalogueError: If the file is not well-formed XML to its end: half a feed would take the other half
            out of the shop.
    """
    with feed.open() as file:
        declared = _DECLARED.search(file.read(1024))
    encoding = feed_map.encoding or (declared[1].decode("ascii") if declared else "")
    handler, items = ItemHandler(feed_map.item), 0
    with open_text(feed, encoding) as file:
        for item in _items(file, handler, feed):
            items += isinstance(item, TableRow) or item.severity == "refused"
            yield item
    if not items:
        raise CatalogueError(
            f"{feed}: there is no <item> (RSS), <entry> (Atom) or <product> in this feed; it has"
            f" {', '.join(f'<{name}>' for name in handler.seen) or 'no element'}. Name the products' element"
            " in a map (--map), as item."
        )


def _items(file: IO[str], handler: ItemHandler, feed: FeedFile) -> Iterator[TableRow | FeedIssue]:
    parser, repair = create_parser(forbid_dtd=False), XmlRepair()
    parser.setContentHandler(handler)
    handler.line = lambda: (parser.getLineNumber() or 0) + repair.skipped_lines
    final = False
    try:
        while not final:
            block = file.read(_BLOCK)
            final = not block
            parser.feed(repair.feed(block, final=final))
            while repair.issues:
                yield repair.issues.popleft()
            while handler.items:
                yield handler.items.popleft()
        parser.close()
    except DefusedXmlException:
        raise CatalogueError(f"{feed}: the feed declares entities, which are not read.") from None
    except (CatalogueError, OSError, EOFError):
        raise
    except Exception as error:  # SAXParseException, or what expat's callbacks raise
        words = _words(error, parser, repair.skipped_lines)
        raise CatalogueError(f"{feed}: this is no well-formed XML ({words}).") from error
    yield from handler.items


def _words(error: Exception, place: Locator, skipped: int) -> str:
    message = getattr(error, "getMessage", lambda: str(error))()
    return f"line {(place.getLineNumber() or 0) + skipped}: {message}"
