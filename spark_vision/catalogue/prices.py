"""Prices as feeds write them: separators, currencies before or behind, and what is no price."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from spark_vision.core.money import CURRENCIES, minor_units
from spark_vision.core.product import Price

_REMEMBERED = 4096
_MAX_DIGITS = 12
_MAX_DECIMALS = 4
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_WHOLE_ONLY = re.compile(r"(?<=\d)[.,][-\u2013\u2014]+$")
_CODE = r"(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])"
_PARTS = re.compile(rf"(?P<before>{_CODE})?\s*(?P<number>[^A-Za-z]*?)\s*(?P<behind>{_CODE})?")
_NUMBER = re.compile(r"[-\u2212(]?\d[\d.,'\u2019 ]*\)?")
_SYMBOLS = {"€": "EUR"}
"""Symbols of one currency alone. A dollar sign or a pound sign may mean many."""


@dataclass(frozen=True, slots=True)
class ParsedPrice:
    """A price, or why the text is none.

    Attributes:
        price: The price, or None.
        fault: Why there is no price, or None.
        note: What was odd about a text that is a price, or None.
    """

    price: Price | None
    fault: str | None = None
    note: str | None = None


@lru_cache(_REMEMBERED)
def parse_price(text: str, default_currency: str = "") -> ParsedPrice:
    """Read a price such as `1,299.00 USD`, `USD 15`, `1.299,00 EUR` or `1'299.00 CHF`.

    A separator before exactly three digits separates thousands, except in currencies of three decimals.
    Where a point and a comma stand, the last one is the decimal separator.

    Args:
        text: The price as the feed has it.
        default_currency: ISO 4217 code for texts without a currency, or empty.

    Returns:
        The price, or the fault: no amount, no currency, an unknown currency, zero, or a negative amount.

    >>> parse_price("1.299,00 EUR").price
    Price(amount=Decimal('1299.00'), currency='EUR')
    >>> parse_price("15.00").fault
    "price '15.00' has no currency, such as 15.00 USD"
    """
    given = f"price {text[:60]!r}"
    number, currency = _split(text, default_currency)
    if number is None:
        return ParsedPrice(None, f"{given} is no amount with a currency, such as 15.00 USD")
    if not currency:
        return ParsedPrice(None, f"{given} has no currency, such as 15.00 USD")
    if currency not in CURRENCIES:
        return ParsedPrice(None, f"{given} has no currency of ISO 4217: {currency} is none")
    amount = _amount(number.strip("-\u2212()"), currency)
    if amount is None:
        return ParsedPrice(None, f"{given} is no amount with a currency, such as 15.00 USD")
    if number[0] in "-\u2212(":
        return ParsedPrice(None, f"{given} is negative")
    note = None
    if -int(amount.as_tuple().exponent) > _MAX_DECIMALS:  # a computed number: 10.830000000000002
        amount = round(amount, len(str(minor_units(currency))) - 1)
        note = f"{given} has too many decimals; {amount} counts"
    if not amount:
        return ParsedPrice(None, f"{given} is zero")
    return ParsedPrice(Price(amount, currency), note=note)


def _split(text: str, default_currency: str) -> tuple[str | None, str]:
    """Return the number's characters (None: there is no number) and the currency's code (or empty)."""
    plain = _SPACES.sub(" ", text).strip()
    symbol = next((sign for sign in "€$£¥₹₩₺₽฿" if sign in plain), "")
    plain = plain.replace(symbol, " ", 1).strip() if symbol else plain
    found = _PARTS.fullmatch(plain)
    if found is None or (found["before"] and found["behind"]):
        return None, ""
    number = _WHOLE_ONLY.sub("", found["number"].strip())
    if _NUMBER.fullmatch(number) is None:
        return None, ""
    code = (found["before"] or found["behind"] or "").upper()
    # A sign of several currencies says that the text means one of its own, so the default may well be it.
    return number, code or _SYMBOLS.get(symbol, "") or default_currency


def _amount(digits: str, currency: str) -> Decimal | None:
    """Return the amount of a text of digits and separators; None where the separators make no sense."""
    digits = digits.strip()
    decimal = _decimal_separator(digits, currency)
    whole, _, fraction = digits.rpartition(decimal) if decimal else (digits, "", "")
    groups = re.split(r"[.,'\u2019 ]", whole)
    grouped = len(groups) == 1 or (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    joined = "".join(groups)
    if not grouped or not joined.isdecimal() or len(joined) > _MAX_DIGITS:
        return None
    if fraction and (not fraction.isdecimal() or len(fraction) > _MAX_DIGITS + 8):
        return None
    return Decimal(f"{joined}.{fraction}" if fraction else joined)


def _decimal_separator(digits: str, currency: str) -> str:
    """Return the character that separates decimals, or an empty text where all separate thousands."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return ""
    sign, fraction = digits[last], digits[last + 1 :]
    other = "," if sign == "." else "."
    if digits.count(sign) > 1:
        return ""
    mixed = other in digits or re.search(r"['\u2019 ]", digits) is not None
    three_decimals = minor_units(currency) == 1000 or digits.startswith("0")
    return sign if mixed or len(fraction) != 3 or three_decimals else ""
