"""Prices as feeds of the world write them."""

from decimal import Decimal
from pathlib import Path

import pytest

from spark_vision.catalogue.prices import parse_price
from spark_vision.catalogue.read import open_source
from spark_vision.core.product import Availability, FeedIssue, FeedRow, Price

CASES = Path(__file__).parents[2] / "cases" / "feeds"

READ = {
    "1,299.00 USD": "1299.00 USD",
    "1,299 USD": "1299 USD",
    "1.299,00 EUR": "1299.00 EUR",
    "1.299 EUR": "1299 EUR",
    "USD 15.00": "15.00 USD",
    "usd15": "15 USD",
    "15EUR": "15 EUR",
    "15,5 EUR": "15.5 EUR",
    "€ 15,00": "15.00 EUR",
    "15.00 €": "15.00 EUR",
    "$15.00 USD": "15.00 USD",
    "1\u00a0299,00 SEK": "1299.00 SEK",
    "1\u202f299 NOK": "1299 NOK",
    "1 234 567,89 PLN": "1234567.89 PLN",
    "1'299.00 CHF": "1299.00 CHF",
    "1\u2019299 CHF": "1299 CHF",
    "12,345,678 INR": "12345678 INR",
    "1.234.567 EUR": "1234567 EUR",
    "1.234.567,8 EUR": "1234567.8 EUR",
    "12,800 JPY": "12800 JPY",
    "12.500 KWD": "12.500 KWD",
    "1,250.750 BHD": "1250.750 BHD",
    "0.500 EUR": "0.500 EUR",
    "15,- EUR": "15 EUR",
    " 15.00 EUR ": "15.00 EUR",
}
FAULTS = {
    "15.00": "no currency",
    "$15.00": "no currency",
    "0.00 EUR": "is zero",
    "-5.00 EUR": "is negative",
    "\u22125 EUR": "is negative",
    "(5.00) EUR": "is negative",
    "15.00 XYZ": "XYZ is none",
    "1,29,00 EUR": "no amount",
    "1.2.3 EUR": "no amount",
    "12 34 EUR": "no amount",
    "USD 15 EUR": "no amount",
    "EUR": "no amount",
    "from 15 EUR": "no amount",
    "1" * 13 + " EUR": "no amount",
    "": "no amount",
}


@pytest.mark.parametrize("text", READ)
def test_a_price_is_read(text: str) -> None:
    amount, currency = READ[text].split()
    assert parse_price(text).price == Price(Decimal(amount), currency)


@pytest.mark.parametrize("text", FAULTS)
def test_a_text_that_is_no_price_says_why(text: str) -> None:
    parsed = parse_price(text)
    assert parsed.price is None
    assert parsed.fault is not None
    assert FAULTS[text] in parsed.fault


def test_the_default_currency_fills_in_and_never_overrides() -> None:
    assert parse_price("$15.00", "CAD").price == Price(Decimal("15.00"), "CAD")
    assert parse_price("15 EUR", "CAD").price == Price(Decimal(15), "EUR")


def test_the_reported_feed_gives_the_right_prices_and_states() -> None:
    rows = list(open_source(str(CASES / "prices.csv")).rows())
    products = {row.product.id: row.product for row in rows if isinstance(row, FeedRow)}
    prices = {known.id: str(known.price) for known in products.values() if known.price}
    assert prices == {
        "a1": "1299.00 USD",
        "a2": "1299 USD",
        "a3": "1299.00 EUR",
        "a4": "1299 EUR",
        "a5": "15.00 USD",
        "a8": "1299.00 SEK",
        "a10": "12800 JPY",
        "a11": "15 EUR",
        "a13": "15.00 EUR",
        "a14": "15.00 EUR",
        "a15": "1299.00 CHF",
        "a16": "12.500 KWD",
    }
    unknown = {row.product_id for row in rows if isinstance(row, FeedIssue) and "availability" in row.reason}
    assert unknown == {"a14", "a16", "a17"}
    assert all(products[known].availability is not Availability.IN_STOCK for known in unknown)
    dropped = {
        row.product_id for row in rows if isinstance(row, FeedIssue) and row.reason.startswith("price")
    }
    assert dropped == {"a6", "a7", "a9", "a12", "a17"}
