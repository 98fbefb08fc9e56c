"""Offers of schema.org: which of several counts, and its prices as texts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from spark_vision.catalogue import fields
from spark_vision.catalogue.json_values import as_dict, as_list, text
from spark_vision.catalogue.prices import parse_price
from spark_vision.core.money import CURRENCIES, minor_units
from spark_vision.core.product import Availability

_PLAIN = re.compile(r"\d+(\.\d+)?")
_PRICES = ("price", "lowPrice", "minPrice")
_OF_A_RANGE = frozenset(
    {"@type", "offers", "lowPrice", "highPrice", "minPrice", "maxPrice", "price", "offerCount"}
)
_LIST_PRICES = ("ListPrice", "StrikethroughPrice", "SRP", "MSRP")


@dataclass(frozen=True, slots=True)
class Offer:
    """The offer of a product that counts.

    Attributes:
        node: The offer as the feed has it.
        price: The current price with its currency, or empty.
        list_price: The price that is struck through beside it, or empty.
        note: What is odd about the price, or empty.
    """

    node: dict[str, Any]
    price: str = ""
    list_price: str = ""
    note: str = ""


def best_offer(value: Any) -> Offer:
    """Return the cheapest of the offers in stock, else the cheapest that can be ordered, else the cheapest.

    The offers of an AggregateOffer go before its lowest price.
    """
    offers = [_read(node) for node in _single_offers(value)]
    return min(offers, key=_rank, default=Offer({}))


def _single_offers(value: Any) -> Iterator[dict[str, Any]]:
    for offer in as_list(value):
        node = as_dict(offer)
        inner = [as_dict(each) for each in as_list(node.get("offers"))]
        around = {key: given for key, given in node.items() if key not in _OF_A_RANGE}
        yield from ({**around, **each} for each in inner if each)
        if node and not any(inner):
            yield node


def _rank(offer: Offer) -> tuple[int, Decimal]:
    availability = text(offer.node.get("availability"))
    known = fields.availability(availability) if availability else Availability.IN_STOCK
    order = {Availability.IN_STOCK: 0, Availability.PREORDER: 1, Availability.BACKORDER: 1}
    price = parse_price(offer.price, "USD").price
    return (order.get(known, 2) if known else 2), price.amount if price else Decimal("Infinity")


def _read(node: dict[str, Any]) -> Offer:
    specifications = [as_dict(given) for given in as_list(node.get("priceSpecification"))]
    listed = [given for given in specifications if _is_list_price(given)]
    current = [given for given in specifications if not _is_list_price(given)]
    own = {name: given for name, given in node.items() if given is not None}
    currency = {"priceCurrency": node.get("priceCurrency")}
    price, note = _price({**currency, **(current[0] if current else {}), **own})
    list_price, _ = _price({**currency, **listed[0]}) if listed else ("", "")
    if not price and node.get("highPrice") is not None:
        note = "the offer has only a highPrice, so the price is left out"
    return Offer(node, price, list_price, note)


def _is_list_price(specification: dict[str, Any]) -> bool:
    return text(specification.get("priceType")).rsplit("/", 1)[-1] in _LIST_PRICES


def _price(details: dict[str, Any]) -> tuple[str, str]:
    """Return a price as text with its currency, and what is odd about it."""
    amount = next((details[name] for name in _PRICES if details.get(name) not in (None, "", [])), None)
    amount = amount[0] if isinstance(amount, list) else amount
    currency = text(details.get("priceCurrency")).upper()
    if isinstance(amount, (int, float, Decimal)) and not isinstance(amount, bool):
        return _number(Decimal(str(amount)), currency)
    given = text(amount)
    if not given:
        return "", ""
    full = given if not currency or currency in given.upper() else f"{given} {currency}"
    price = parse_price(full).price
    if price is None or _PLAIN.fullmatch(given):
        return full, ""
    return full, f"price {given[:60]!r} is not as schema.org asks, such as 1299.00; {price} counts"


def _number(amount: Decimal, currency: str) -> tuple[str, str]:
    """Return a number as a price that cannot be mistaken: 1.299 as a number is no thousand."""
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12:
        return f"{amount} {currency}".strip(), ""
    digits = len(str(minor_units(currency))) - 1 if currency in CURRENCIES else 2
    if -int(amount.as_tuple().exponent) <= digits:
        return f"{amount:f} {currency}".strip(), ""
    rounded = round(amount, digits)
    note = "" if rounded == amount else f"price {amount} has too many decimals; {rounded} counts"
    return f"{rounded:f} {currency}".strip(), note
