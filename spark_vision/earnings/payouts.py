"""Paying out what was earned."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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
class Payout:
    """A payment of an account's whole balance in a currency. note: such as the bank's reference."""

    account_id: str
    currency: str
    note: str = ""


def record_payout(
    store: Store,
    payout: Payout,
    units: int,
    now: datetime,
    and_then: Callable[[UnitOfWork, Entry], None] | None = None,
) -> Entry:
    """Write that a balance was paid; and_then: what else belongs into the transaction.

    Raises NotFoundError for no such account, BelowThresholdError where the balance is less than `units`.
    """
    check_text("note", payout.note, LONGEST_NOTE)
    with store.writing() as work:
        entry = _paid(work, payout, units, now)
        if and_then is not None:
            and_then(work, entry)
        return entry


def _paid(work: UnitOfWork, payout: Payout, units: int, now: datetime) -> Entry:
    account_id, currency = payout.account_id, payout.currency
    if work.accounts.get(account_id) is None:
        raise NotFoundError("There is no such account.")
    balance, least = work.ledger.balance(account_id, currency), threshold(units, currency)
    if balance < least:
        raise BelowThresholdError(
            f"The balance is {balance} minor units of {currency}; from {least} on it is paid out."
        )
    money = Money(-balance, currency)
    return work.ledger.append(Posting(account_id, EntryKind.PAYOUT, money, now, note=payout.note))
