"""Which products a look-up may answer with."""

from dataclasses import dataclass
from decimal import Decimal

from spark_vision.core.errors import InvalidInputError
from spark_vision.core.product import Availability, Price, Product, category_steps


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """What a product must be; an empty field asks for nothing, several values for any of them.

    category: a product type or the beginning of one, in whole steps: `Apparel > Shoes` holds
    `Apparel > Shoes > Boots`, not `Apparel > Shoelaces`. brands, colors: without regard to case; one
    of several colours (`Red/Blue`) is enough. min_price, max_price: inclusive; currency: ISO 4217,
    without it amounts of any currency are compared. A product without a price is in no price range.

    Raises InvalidInputError where the price range is empty.
    """

    category: str = ""
    brands: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    availability: tuple[Availability, ...] = ()
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    currency: str = ""

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.min_price, self.max_price) if bound is not None]
        if not all(bound.is_finite() and bound >= 0 for bound in bounds):
            raise InvalidInputError("A price bound is a number from 0 on.")
        if len(bounds) == 2 and bounds[0] > bounds[1]:
            raise InvalidInputError(f"No price is at least {bounds[0]} and at most {bounds[1]}.")

    @property
    def is_empty(self) -> bool:
        """Whether it allows everything."""
        return self == ProductFilter()

    @property
    def asks_price(self) -> bool:
        """Whether a product must have a price to be allowed."""
        return self.min_price is not None or self.max_price is not None or bool(self.currency)

    def allows(self, product: Product) -> bool:
        """Whether a product is what is asked for."""
        return (
            self.allows_category(product.product_type)
            and self.allows_brand(product.brand)
            and self.allows_color(product.color)
            and self.allows_availability(product.availability.value)
            and self.allows_price(product.price)
        )

    def allows_category(self, product_type: str) -> bool:
        """Whether a product type is the category, or lies in it."""
        wanted = category_steps(self.category)
        return category_steps(product_type)[: len(wanted)] == wanted

    def allows_brand(self, brand: str) -> bool:
        """Whether a brand is one of those asked for."""
        return not self.brands or _plain(brand) in set(map(_plain, self.brands))

    def allows_color(self, color: str) -> bool:
        """Whether a colour, or one of those that `/` separates, is one of those asked for."""
        held = {_plain(color), *map(_plain, color.replace(",", "/").split("/"))}
        return not self.colors or not held.isdisjoint(map(_plain, self.colors))

    def allows_availability(self, availability: str) -> bool:
        """Whether an availability is one of those asked for."""
        return not self.availability or availability in self.availability

    def allows_price(self, price: Price | None) -> bool:
        """Whether a price lies in the range."""
        if not self.asks_price or price is None:
            return not self.asks_price
        low = self.min_price is None or price.amount >= self.min_price
        high = self.max_price is None or price.amount <= self.max_price
        return low and high and (not self.currency or price.currency == self.currency.upper())


EVERYTHING = ProductFilter()
"""The filter that allows all products."""


def _plain(text: str) -> str:
    return text.strip().casefold()
