"""Products as a shop lists them, and what was wrong with a row that is not one."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal


class Availability(StrEnum):
    """Whether a product can be bought, in the words of Google Merchant."""

    IN_STOCK = "in_stock"
    OUT_OF_STOCK = "out_of_stock"
    PREORDER = "preorder"
    BACKORDER = "backorder"


@dataclass(frozen=True, slots=True)
class Price:
    """An amount with its ISO 4217 currency, such as 24.00 EUR."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True, slots=True)
class Product:
    """One product of a catalogue, with the places of its pictures in the feed's own words.

    `images` holds at least one path or address; the first is the main picture. price: what one pays now;
    regular_price: what one pays when it is not on sale, None where it is not.
    """

    id: str
    title: str
    images: tuple[str, ...]
    description: str = ""
    link: str = ""
    price: Price | None = None
    regular_price: Price | None = None
    availability: Availability = Availability.IN_STOCK
    brand: str = ""
    product_type: str = ""
    color: str = ""
    material: str = ""
    pattern: str = ""
    size: str = ""
    gender: str = ""
    item_group_id: str = ""
    gtin: str = ""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A product with the line of the feed that it came from (1 is the header; None: a folder).

    digests: the SHA-256 of each picture, where it is known with its embedding (None: not); empty: of none.
    """

    line: int | None
    product: Product
    digests: tuple[str | None, ...] = ()


CUT_OFF = "the last row is incomplete: the feed seems to be cut off"


@dataclass(frozen=True, slots=True)
class FeedIssue:
    """Something wrong in a feed that did not stop the reading.

    severity: `refused` leaves out the product or the picture; `warning` drops a field alone.
    line: the feed's line (1 is the header), or None where a source has no lines.
    """

    reason: str
    product_id: str = ""
    line: int | None = None
    image: str = ""
    severity: Literal["refused", "warning"] = "refused"


def category_steps(product_type: str) -> tuple[str, ...]:
    """The steps of a product type, without regard to case: `Apparel > Shoes` has two, an empty one none."""
    if not product_type.strip():
        return ()
    return tuple(step.strip().casefold() for step in product_type.split(">"))
