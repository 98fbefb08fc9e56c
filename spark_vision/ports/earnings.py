"""Where clicks, sales and the ledger are kept."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from spark_vision.domain.earnings import Click, Entry, Posting, Sale


@dataclass(frozen=True, slots=True)
class Earned:
    """What came of something in one currency: clicks are of all, whatever the currency."""

    of: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Summary:
    """An account's ledger in one currency, in minor units; refunds and payouts are negative."""

    currency: str
    balance: int
    commissions: int
    refunds: int
    payouts: int


class Clicks(Protocol):
    """The clicks of one transaction."""

    def count(self, click: Click) -> str:
        """Keep a click; its id, or that of the same way in the same hour, whose last moment moves then."""

    def get(self, click_id: str) -> Click | None:
        """The click with this id."""

    def last(self, visitor: str, product_id: str, since: datetime, until: datetime) -> Click | None:
        """The visitor's latest click to a product, both ends included."""

    def by_post(self, account_id: str) -> dict[str, int]:
        """How many clicks the posts of an account have, those with most first."""

    def by_day(self, account_id: str, since: datetime) -> dict[date, int]:
        """Clicks to an account's posts by day (UTC)."""


class Sales(Protocol):
    """The order lines of one transaction."""

    def add(self, sale: Sale) -> bool:
        """Keep an order line; false where there is one of this order and line already."""

    def held(self, order_id: str, line_id: str) -> Sale | None:
        """The order line; nobody else changes it before this transaction ends."""

    def refund(self, sale: Sale, refund_id: str, amount: int, at: datetime) -> bool:
        """Note a refund of a held line; false where there is one of this id already."""

    def refunded(self, refund_id: str) -> tuple[str, int] | None:
        """The sale's id and the amount of a refund."""


class Ledger(Protocol):
    """The append-only ledger."""

    def append(self, posting: Posting) -> Entry:
        """Write one entry behind the last of its account and currency."""

    def balance(self, account_id: str, currency: str) -> int:
        """The balance, held: nobody else changes it before this transaction ends."""

    def summaries(self, account_id: str) -> list[Summary]:
        """Balance and sums by currency."""

    def entries(self, account_id: str, before: int | None, count: int) -> list[tuple[int, Entry]]:
        """An account's latest entries before a place in the ledger, each with its place, latest first."""

    def by_post(self, account_id: str, count: int) -> list[Earned]:
        """What the posts that earned most earned, by currency."""

    def by_day(self, account_id: str, since: datetime) -> list[Earned]:
        """What was earned on each day (UTC, YYYY-MM-DD), by currency."""
