"""Paying out what was earned."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from spark_vision.core.earnings import Entry, EntryKind, Posting
from spark_vision.core.errors import BelowThresholdError, NotFoundError
from spark_vision.core.money import Money, minor_units
from spark_vision.core.post import check_text
from spark_vision.database.store import Store, UnitOfWork

LONGEST_NOTE = 200


def threshold(units: int, currency: str) -> int:
    """The balance from which one may be paid out, in minor units; units: 10 are 10 euros, or 10 yen."""
    return max(1, units * minor_units(currency))


@dataclass(frozen=True, slots=True)
class PayoutTerms:
    """When a balance may be paid out.

    Attributes:
        units: The least amount, in units of the currency: 10 are 10 euros, or 10 yen.
        hold: How long a commission waits after its order, so that refunds come before the payout.
    """

    units: int
    hold: timedelta


@dataclass(frozen=True, slots=True)
class Payout:
    """A payment of all that an account may be paid in a currency. note: such as the bank's reference."""

    account_id: str
    currency: str
    note: str = ""


def record_payout(
    store: Store,
    payout: Payout,
    terms: PayoutTerms,
    now: datetime,
    and_then: Callable[[UnitOfWork, Entry], None] | None = None,
) -> Entry:
    """Record the payment of an account's balance without the commissions on hold.

    Args:
        store: The store with the ledger.
        payout: The account and the currency.
        terms: The least amount and the hold.
        now: The time of the payout.
        and_then: Further work in the same transaction.

    Returns:
        The entry of the ledger.

    Raises:
        NotFoundError: There is no such account.
        BelowThresholdError: Less than the least amount may be paid out.
    """
    check_text("note", payout.note, LONGEST_NOTE)
    with store.writing() as work:
        entry = _paid(work, payout, terms, now)
        if and_then is not None:
            and_then(work, entry)
        return entry


def _paid(work: UnitOfWork, payout: Payout, terms: PayoutTerms, now: datetime) -> Entry:
    account_id, currency = payout.account_id, payout.currency
    if work.accounts.get(account_id) is None:
        raise NotFoundError("There is no such account.")
    balance, least = work.ledger.balance(account_id, currency), threshold(terms.units, currency)
    on_hold = work.ledger.on_hold(account_id, now - terms.hold).get(currency, 0)
    payable = balance - on_hold
    if payable < least:
        raise BelowThresholdError(
            f"Of the balance of {balance} minor units of {currency}, {on_hold} are on hold."
            f" The rest is paid out from {least} on."
        )
    money = Money(-payable, currency)
    return work.ledger.append(Posting(account_id, EntryKind.PAYOUT, money, now, note=payout.note))
