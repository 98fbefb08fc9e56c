"""Values of a feed's fields: what they mean, or why they mean nothing."""

import re
from decimal import Decimal

from spark_vision.domain.catalogue import Availability, Price

_PRICE = re.compile(r"(?P<amount>\d{1,12}(?:[.,]\d{1,4})?)\s*(?P<currency>[A-Za-z]{3})")


def price(text: str) -> Price | None:
    """An amount and its currency, such as `15.00 USD`; None where the text is no price.

    >>> price("15,00 eur")
    Price(amount=Decimal('15.00'), currency='EUR')
    """
    found = _PRICE.fullmatch(text.strip())
    if found is None:
        return None
    amount = Decimal(found["amount"].replace(",", "."))
    return Price(amount, found["currency"].upper())


def availability(text: str) -> Availability | None:
    """`in_stock`, `In Stock` and the like; None where the text is none of Google's words.

    >>> availability("Out of stock")
    <Availability.OUT_OF_STOCK: 'out_of_stock'>
    """
    word = text.strip().lower().replace(" ", "_").replace("-", "_")
    return Availability(word) if word in set(Availability) else None


def picture_list(main: str, more: str) -> tuple[str, ...]:
    """The main picture, then the additional ones (comma-separated, a comma itself as %2C), each once."""
    additional = (part.strip().replace("%2C", ",").replace("%2c", ",") for part in more.split(","))
    return tuple(dict.fromkeys(image for image in (main.strip(), *additional) if image))
