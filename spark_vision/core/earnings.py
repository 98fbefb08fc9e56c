"""What posters earn: rates by category, commissions, what refunds take back, and the ledger's entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from spark_vision.core.errors import ConflictError, InvalidInputError
from spark_vision.core.money import BASIS, Money, share
from spark_vision.core.product import category_steps


class Rates:
    """Commission rates by category, in basis points; the longest prefix in whole steps counts.

    The empty category is the rate of what no other covers; without it that is 0. Raises
    InvalidInputError where a rate is not in 0..10000.
    """

    def __init__(self, by_category: Mapping[str, int]) -> None:
        for category, rate in by_category.items():
            if not 0 <= rate <= BASIS:
                raise InvalidInputError(
                    f"The commission rate of {category!r} is {rate}; it lies in 0..{BASIS} basis points."
                )
        self._by_steps = {category_steps(category): rate for category, rate in by_category.items()}

    def of(self, category: str) -> int:
        """The rate of a product type such as `Apparel > Shoes`."""
        steps = category_steps(category)
        prefixes = (steps[:length] for length in range(len(steps), -1, -1))
        return next((self._by_steps[prefix] for prefix in prefixes if prefix in self._by_steps), 0)


@dataclass(frozen=True, slots=True)
class Click:
    """A visitor's way from a tag to the shop; a copy of what an order needs, for tags go away.

    visitor: a digest that names nobody; category: the product's at that time; last_at: moves when the
    visitor comes the same way again within the hour.
    """

    id: str
    tag_id: str
    post_id: str
    account_id: str
    product_id: str
    category: str
    visitor: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Sale:
    """One line of an order, with the click that led to it and what its poster gets.

    click: None where none did within the window; commission: minor units of the price's currency;
    refunded: of the price, so far.
    """

    id: str
    order_id: str
    line_id: str
    product_id: str
    price: Money
    ordered_at: datetime
    click: Click | None = None
    commission: int = 0
    refunded: int = 0

    def taken_back(self, refund: int) -> int:
        """How much of the commission a further refund takes back; raises ConflictError, InvalidInputError.

        What stays is the commission on what was paid and not refunded, so that many small refunds
        take back what one large one does, and all of them together the whole, to the cent.
        """
        if refund <= 0:
            raise InvalidInputError("A refund is of at least one minor unit.")
        if self.refunded + refund > self.price.amount:
            left = self.price.amount - self.refunded
            raise ConflictError(
                f"Order line {self.line_id[:100]!r} was paid with {self.price.amount}; {left} of it are left"
                f" to refund, not {refund}."
            )
        return self._kept(self.refunded) - self._kept(self.refunded + refund)

    def _kept(self, refunded: int) -> int:
        # From the commission, not from a rate: rates may have changed since.
        return self.commission * (self.price.amount - refunded) // self.price.amount


def commission(price: Money, category: str, rates: Rates) -> int:
    """What a sale earns, in minor units, rounded down."""
    return share(price.amount, rates.of(category))


class EntryKind(StrEnum):
    """Why a balance changed."""

    COMMISSION = "commission"
    REFUND = "refund"
    PAYOUT = "payout"


@dataclass(frozen=True, slots=True)
class Posting:
    """A change of a balance that is to be written. money: signed; sale_id: empty for a payout."""

    account_id: str
    kind: EntryKind
    money: Money
    at: datetime
    post_id: str = ""
    product_id: str = ""
    sale_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger, never changed. number: 1, 2, ... for each account and currency.

    balance: of the account in this currency, with this entry: the sum of all up to it.
    """

    number: int
    balance: int
    posting: Posting


def next_entry(last: Entry | None, posting: Posting) -> Entry:
    """The entry that a posting becomes behind the last one of its account and currency."""
    if last is None:
        return Entry(1, posting.money.amount, posting)
    return Entry(last.number + 1, last.balance + posting.money.amount, posting)
