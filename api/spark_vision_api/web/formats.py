"""Amounts and moments as each language writes them."""

from datetime import datetime
from decimal import Decimal

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


def day(language: str, moment: datetime) -> str:
    """A day.

    >>> day("it", datetime(2026, 3, 9))
    '9 mar 2026'
    """
    return f"{moment.day} {_MONTHS[language][moment.month - 1]} {moment.year}"
