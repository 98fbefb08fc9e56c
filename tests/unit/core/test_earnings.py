"""Rates, commissions, refunds and the ledger's sums."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_vision.core.earnings import Entry, EntryKind, Posting, Rates, Sale, commission, next_entry
from spark_vision.core.errors import ConflictError, InvalidInputError
from spark_vision.core.money import MAX_AMOUNT, Money, minor_units, share

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("category", "rate"),
    [
        ("", 300),
        ("Toys", 300),
        ("Apparel", 500),
        ("apparel > Shirts", 500),
        ("Apparel > Shoes", 800),
        ("Apparel>Shoes > Boots > Red", 800),
        ("Apparel > Shoelaces", 500),
        ("Free", 0),
    ],
)
def test_the_longest_category_counts(category: str, rate: int) -> None:
    rates = Rates({"": 300, "Apparel": 500, "Apparel > Shoes": 800, "free": 0})
    assert rates.of(category) == rate


def test_what_no_rate_covers_earns_nothing() -> None:
    assert Rates({"Apparel": 500}).of("Toys") == 0
    assert Rates({}).of("") == 0


@pytest.mark.parametrize("rate", [-1, 10_001])
def test_a_rate_is_a_share(rate: int) -> None:
    with pytest.raises(InvalidInputError, match="'Toys'"):
        Rates({"Toys": rate})


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "E R", "ÉUR", "EUR\n"])
def test_a_currency_is_three_letters(currency: str) -> None:
    with pytest.raises(InvalidInputError, match="ISO 4217"):
        Money(1, currency)


def test_minor_units_are_those_of_the_currency() -> None:
    assert [minor_units(currency) for currency in ("EUR", "JPY", "KWD", "CLF")] == [100, 1, 1000, 10_000]


@given(st.integers(1, MAX_AMOUNT), st.integers(0, 10_000))
def test_a_commission_is_never_more_than_its_share(amount: int, rate: int) -> None:
    earned = commission(Money(amount, "EUR"), "any", Rates({"": rate}))
    assert earned == share(amount, rate)
    assert earned * 10_000 <= amount * rate < (earned + 1) * 10_000


def sale(amount: int, rate: int, refunded: int = 0) -> Sale:
    price = Money(amount, "EUR")
    earned = commission(price, "", Rates({"": rate}))
    return Sale("s", "o", "l", "p", price, AT, commission=earned, refunded=refunded)


@given(st.data(), st.integers(1, 100_000), st.integers(0, 10_000))
def test_refunds_in_parts_take_back_what_one_does(data: st.DataObject, amount: int, rate: int) -> None:
    cuts = data.draw(st.sets(st.integers(0, amount), max_size=8))
    stops = sorted({0, *cuts})
    taken = [sale(amount, rate, before).taken_back(after - before) for before, after in pairwise(stops)]
    assert all(part >= 0 for part in taken)
    if stops[-1]:
        assert sum(taken) == sale(amount, rate).taken_back(stops[-1])
    if stops[-1] == amount:
        assert sum(taken) == sale(amount, rate).commission


@given(st.integers(1, MAX_AMOUNT), st.integers(0, 10_000), st.data())
def test_no_more_is_refunded_than_was_paid(amount: int, rate: int, data: st.DataObject) -> None:
    before = data.draw(st.integers(0, amount))
    with pytest.raises(ConflictError, match="left to refund"):
        sale(amount, rate, before).taken_back(amount - before + data.draw(st.integers(1, MAX_AMOUNT)))
    with pytest.raises(InvalidInputError):
        sale(amount, rate, before).taken_back(data.draw(st.integers(-MAX_AMOUNT, 0)))


@given(st.lists(st.integers(-MAX_AMOUNT, MAX_AMOUNT)))
def test_each_entry_has_the_sum_of_all_up_to_it(amounts: list[int]) -> None:
    last: Entry | None = None
    for place, amount in enumerate(amounts, 1):
        posting = Posting("a", EntryKind.COMMISSION, Money(amount, "EUR"), AT)
        last = next_entry(last, posting)
        assert (last.number, last.balance) == (place, sum(amounts[:place]))
