"""What a shop's own export leaves out, and what the exports of all shops have in common."""

from collections.abc import Iterable
from dataclasses import dataclass

from spark_vision.catalogue.attributes import Row
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
