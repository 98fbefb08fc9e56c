"""What a shop's own export leaves out, and what the exports of all shops have in common."""

from collections.abc import Iterable
from dataclasses import dataclass

from spark_vision.catalogue.attributes import MORE_PICTURES, PICTURES, Row
from spark_vision.core.product import FeedIssue

NO_CURRENCY = FeedIssue(
    "prices are left out: the file has no currency; set SPARK_VISION_SHOP_CURRENCY",
    line=1,
    severity="warning",
)
_OPTIONS = {
    **dict.fromkeys("color colour farbe colore couleur kleur".split(), "color"),
    **dict.fromkeys("size größe taglia taille maat dimension".split(), "size"),
    **dict.fromkeys("material pattern gender".split()),
}


@dataclass(frozen=True, slots=True)
class Shop:
    """What an export leaves out.

    Attributes:
        currency: ISO 4217 code, or empty.
        url: The shop's address for links and relative pictures, or empty.
    """

    currency: str = ""
    url: str = ""

    def link(self, path: str) -> str:
        """Return an address in the shop, or an empty text if the shop's address is unknown."""
        return f"{self.url.rstrip('/')}/{path.lstrip('/')}" if self.url and path else ""


UNKNOWN_SHOP = Shop()


def option_attributes(options: dict[str, str]) -> Row:
    """Return the options that are attributes of a product, by attribute.

    >>> option_attributes({"Colour": "Red", "Engraving": "none"})
    {'color': 'Red'}
    """
    found: Row = {}
    for name, value in options.items():
        plain = name.strip().lower().removeprefix("pa_")
        if plain in _OPTIONS and value:
            found[_OPTIONS[plain] or plain] = value
    return found


def joined(images: Iterable[str]) -> str:
    """Return pictures as the text of `additional_image_link`."""
    return ",".join(image.replace(",", "%2C") for image in images)


def number(text: str) -> float | None:
    """Return a number, or None if a text is none."""
    try:
        return float(text)
    except ValueError:
        return None


def is_no(text: str) -> bool:
    """Return whether a cell says no: `0`, `FALSE`, `N`."""
    return text.strip().lower() in ("0", "-1", "false", "no", "n")


def deepest_category(text: str, separator: str, step: str = "/", root: str = "") -> str:
    """Return the deepest of several category paths, with `>` between its steps.

    >>> deepest_category("Default Category,Default Category/Gear/Bags", ",", root="Default Category")
    'Gear > Bags'
    """
    paths = [[part.strip() for part in path.split(step)] for path in text.split(separator) if path.strip()]
    best = max(paths, key=len, default=[])
    return " > ".join(part for part in best if part and part != root)


def period(start: str, end: str) -> str:
    """Return a sale's period by Google's notation, or an empty text if it has no bounds.

    >>> period("2026-11-01", ""), period("12/24/26", "")
    ('2026-11-01/9999-12-31', '2026-12-24/9999-12-31')
    """
    if not start and not end:
        return ""
    return f"{_day(start) or '0001-01-02'}/{_day(end) or '9999-12-31'}"


def _day(text: str) -> str:
    """Return a day as ISO 8601 writes it, also of Magento's `month/day/year`."""
    parts = text.partition(",")[0].split("/")
    if len(parts) != 3 or not all(part.strip().isdecimal() for part in parts):
        return text
    month, day, year = (int(part) for part in parts)
    return f"{year + 2000 if year < 100 else year:04}-{month:02}-{day:02}"


def pictures(images: list[str]) -> Row:
    """Return pictures by attribute."""
    images = [image for image in images if image]
    return {PICTURES: images[0] if images else "", MORE_PICTURES: joined(images[1:])}


def left_out(reason: str, product_id: str, line: int) -> FeedIssue:
    """Return the issue of a product that a shop does not show."""
    return FeedIssue(f"left out: {reason}", product_id=product_id, line=line)
