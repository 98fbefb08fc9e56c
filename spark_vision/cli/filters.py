"""`--only KEY=VALUE`: which products a look-up may answer with."""

import re
from decimal import Decimal
from typing import Annotated

import typer

from spark_vision.core.errors import InvalidInputError
from spark_vision.core.product import Availability
from spark_vision.core.product_filter import ProductFilter

Only = Annotated[
    list[str] | None,
    typer.Option(
        help="category=A > B, brand=X, color=red, availability=in_stock, price=10..20EUR; may be repeated.",
        metavar="KEY=VALUE",
    ),
]

_NUMBER = r"\d{1,12}(?:\.\d{1,4})?"
_PRICE = re.compile(rf"(?P<low>{_NUMBER})?\.\.(?P<high>{_NUMBER})?\s*(?P<currency>[A-Za-z]{{3}})?")
_KEYS = ("category", "brand", "color", "availability", "price")


def parse_filter(conditions: list[str] | None) -> ProductFilter:
    """Read the conditions: of one key any may hold, of different keys all must.

    Raises InvalidInputError where one is none.

    >>> parse_filter(["brand=Acme", "brand=Other", "price=..20EUR"]).brands
    ('Acme', 'Other')
    """
    values: dict[str, list[str]] = {key: [] for key in _KEYS}
    for condition in conditions or []:
        key, _, value = condition.partition("=")
        if key.strip() not in values or not value.strip():
            raise InvalidInputError(
                f"A condition is KEY=VALUE with a key of {', '.join(_KEYS)}: {condition!r}."
            )
        values[key.strip()].append(value.strip())
    low, high, currency = _price(_one(values["price"], "price"))
    return ProductFilter(
        category=_one(values["category"], "category"),
        brands=tuple(values["brand"]),
        colors=tuple(values["color"]),
        availability=tuple(_availability(word) for word in values["availability"]),
        min_price=low,
        max_price=high,
        currency=currency,
    )


def _one(values: list[str], key: str) -> str:
    if len(values) > 1:
        raise InvalidInputError(f"There are {len(values)} conditions for {key}; one can hold.")
    return values[0] if values else ""


def _availability(word: str) -> Availability:
    try:
        return Availability(word)
    except ValueError:
        raise InvalidInputError(
            f"There is no availability {word!r}; there is {', '.join(Availability)}."
        ) from None


def _price(text: str) -> tuple[Decimal | None, Decimal | None, str]:
    if not text:
        return None, None, ""
    found = _PRICE.fullmatch(text)
    if found is None:
        raise InvalidInputError(f"A price range is LOW..HIGH, such as 10..20EUR: {text!r}.")
    low, high = (None if found[side] is None else Decimal(found[side]) for side in ("low", "high"))
    return low, high, (found["currency"] or "").upper()
