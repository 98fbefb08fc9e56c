"""Paying out what was earned."""

from datetime import datetime

from spark_vision.domain.earnings import Entry, EntryKind, Posting
from spark_vision.domain.money import Money, minor_units
from spark_vision.domain.post import check_text
from spark_vision.errors import BelowThresholdError, NotFoundError
from spark_vision.ports.store import Store

_LONGEST_NOTE = 200


def threshold(units: int, currency: str) -> int:
    """The balance from which one may be paid out, in minor units; units: 10 are 10 euros, or 10 yen."""
    return max(1, units * minor_units(currency))


def pay_out(store: Store, account_id: str, currency: str, units: int, note: str, now: datetime) -> Entry:
    """Write that an account's whole balance in a currency was paid; note: such as the bank's reference.

    Raises NotFoundError for no such account, BelowThresholdError where the balance is less than `units`.
    """
    check_text("note", note, _LONGEST_NOTE)
    Money(0, currency)
    with store.writing() as work:
        if work.accounts.get(account_id) is None:
            raise NotFoundError("There is no such account.")
        balance, least = work.ledger.balance(account_id, currency), threshold(units, currency)
        if balance < least:
            raise BelowThresholdError(
                f"The balance is {balance} minor units of {currency}; from {least} on it is paid out."
            )
        money = Money(-balance, currency)
        return work.ledger.append(Posting(account_id, EntryKind.PAYOUT, money, now, note=note))
