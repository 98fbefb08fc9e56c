"""Amounts and moments as each language writes them."""

from datetime import date
from decimal import Decimal

from spark_vision.core.money import minor_units

_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "it": "gen feb mar apr mag giu lug ago set ott nov dic".split(),
}


def money(language: str, amount: Decimal | str, currency: str) -> str:
    """An amount with its currency.

    >>> money("en", "1234.50", "EUR"), money("it", "1234.50", "EUR"), money("en", "9.00", "SEK")
    ('€1,234.50', '1.234,50 €', '9.00 SEK')
    """
    digits = f"{Decimal(amount):,}"
    symbol = _SYMBOLS.get(currency)
    if language == "it":
        return f"{digits.translate(str.maketrans(',.', '.,'))} {symbol or currency}"
    if symbol is None:
        return f"{digits} {currency}"
    return f"-{symbol}{digits[1:]}" if digits.startswith("-") else f"{symbol}{digits}"


def minor(language: str, amount: int, currency: str) -> str:
    """An amount in minor units with its currency.

    >>> minor("en", 1250, "EUR"), minor("it", -5, "EUR"), minor("en", 1250, "JPY")
    ('€12.50', '-0,05 €', '1,250 JPY')
    """
    places = len(str(minor_units(currency))) - 1
    return money(language, Decimal(amount).scaleb(-places), currency)


def day(language: str, moment: date) -> str:
    """A day.

    >>> day("it", date(2026, 3, 9))
    '9 mar 2026'
    """
    return f"{moment.day} {_MONTHS[language][moment.month - 1]} {moment.year}"
