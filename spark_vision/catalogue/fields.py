"""Values of a feed's fields: what they mean, or why they mean nothing."""

import re
from datetime import UTC, datetime
from functools import lru_cache

from stdnum import ean
from stdnum.exceptions import ValidationError

from spark_vision.core.product import Availability

# Feeds say few different states, again and again.
_REMEMBERED = 4096
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
}


def whole(text: str) -> str:
    """A text without halves of characters, which JSON can write (as `\\ud800`) and nothing can keep.

    >>> whole("a\\ud800b")
    'a\ufffdb'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def lasts(period: str, now: datetime) -> bool | None:
    """Whether a moment lies in a period of two ISO 8601 moments with a slash between; None where it is none.

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
    """`in_stock`, `In Stock`, `https://schema.org/InStock`; None where the text is no such word.

    >>> availability("Out of stock")
    <Availability.OUT_OF_STOCK: 'out_of_stock'>
    """
    word = text.strip().rstrip("/").rsplit("/", 1)[-1].lower()
    return _SCHEMA_ORG.get(re.sub("[ _-]", "", word))


def gtin(text: str) -> str | None:
    """A GTIN-8, -12, -13 or -14 in digits alone; None where its length or check digit is wrong.

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
    """The main picture, then the additional ones (comma-separated, a comma itself as %2C), each once."""
    if not more:
        return (main.strip(),) if main.strip() else ()
    additional = (part.strip().replace("%2C", ",").replace("%2c", ",") for part in more.split(","))
    return tuple(dict.fromkeys(image for image in (main.strip(), *additional) if image))
