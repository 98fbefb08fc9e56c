"""Values of a feed's fields: read a text as a period, an availability, a GTIN, a picture or an id."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

from stdnum import ean
from stdnum.exceptions import ValidationError

from spark_vision.core.product import Availability

# Feeds repeat a few states.
_REMEMBERED = 4096
_NO_SCHEME = re.compile(r"//[\w-]+(\.[\w-]+)+(:\d+)?/")
_SCHEMA_ORG = {
    "instock": Availability.IN_STOCK,
    "instoreonly": Availability.IN_STOCK,
    "onlineonly": Availability.IN_STOCK,
    "limitedavailability": Availability.IN_STOCK,
    "outofstock": Availability.OUT_OF_STOCK,
    "soldout": Availability.OUT_OF_STOCK,
    "discontinued": Availability.OUT_OF_STOCK,
    "presale": Availability.PREORDER,
    "preorder": Availability.PREORDER,
    "backorder": Availability.BACKORDER,
    "backordered": Availability.BACKORDER,
    "availablefororder": Availability.BACKORDER,
    "madetoorder": Availability.BACKORDER,
    "reserved": Availability.OUT_OF_STOCK,
}


def whole(text: str) -> str:
    """Return a text without lone surrogates, which JSON can write (as `\\ud800`) and no file can store.

    >>> whole("a\\ud800b")
    'a\ufffdb'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def lasts(period: str, now: datetime) -> bool | None:
    """Return whether a moment lies in a period: two ISO 8601 moments with a slash between, or None.

    A moment without a zone is in UTC.

    >>> lasts("2026-01-01T00:00-0800/2026-02-01", datetime(2026, 1, 15, tzinfo=UTC))
    True
    """
    try:
        start, end = (_moment(text) for text in period.split("/"))
    except ValueError:
        return None
    return start <= now <= end


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@lru_cache(_REMEMBERED)
def availability(text: str) -> Availability | None:
    """Return the availability of `in_stock`, `In Stock` or `https://schema.org/InStock`, or None.

    >>> availability("Out of stock")
    <Availability.OUT_OF_STOCK: 'out_of_stock'>
    """
    word = text.strip().rstrip("/").rsplit("/", 1)[-1].lower()
    return _SCHEMA_ORG.get(re.sub("[ _-]", "", word))


@lru_cache(_REMEMBERED)
def gtin(text: str) -> str | None:
    """Return a GTIN-8, -12, -13 or -14 in digits alone; None if its length or check digit is wrong.

    >>> gtin("4006381-333931"), gtin("4006381333932")
    ('4006381333931', None)
    """
    if not text:
        return None
    try:
        number: str = ean.validate(text)
    except ValidationError:
        return None
    return number


def picture_list(main: str, more: str) -> tuple[str, ...]:
    """Return the main picture, then the additional ones (separated by commas, a comma as %2C), each once."""
    if not more:
        return (address(main),) if main.strip() else ()
    additional = (address(part.replace("%2C", ",").replace("%2c", ",")) for part in more.split(","))
    return tuple(dict.fromkeys(image for image in (address(main), *additional) if image))


def address(text: str) -> str:
    """Return an address or path without the marks of the page that it was taken from.

    >>> address("//cdn.example/a.jpg?v=1&amp;w=2")
    'https://cdn.example/a.jpg?v=1&w=2'
    """
    text = text.strip()
    if _NO_SCHEME.match(text):
        text = f"https:{text}"
    return text.replace("&amp;", "&") if text.startswith(("http://", "https://")) else text


def id_of(values: dict[str, str]) -> tuple[str, str]:
    """Return a stable id for a product without one, and the attribute that it is made of.

    The GTIN stands in, else the MPN, else a digest of the link. Both texts are empty if there is none.

    >>> id_of({"link": "https://shop.example/cup"})
    ('link-f76edfe4846f', 'link')
    """
    if code := gtin(values.get("gtin", "")):
        return code, "gtin"
    if code := values.get("mpn", ""):
        return code, "mpn"
    if link := address(values.get("link", "")):
        return f"link-{sha256(link.encode()).hexdigest()[:12]}", "link"
    return "", ""
