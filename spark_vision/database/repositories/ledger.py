"""The ledger, in the database."""

from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from spark_vision.core.earnings import Entry, EntryKind, Posting, next_entry
from spark_vision.core.earnings_summary import Earned, Summary
from spark_vision.core.money import Money
from spark_vision.database.days import day_of
from spark_vision.database.tables.accounts import AccountRow
from spark_vision.database.tables.earnings import EntryRow

_EARNS = (EntryKind.COMMISSION.value, EntryKind.REFUND.value)


class LedgerRepository:
    """The ledger in one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, posting: Posting) -> Entry:
        """Write one entry behind the last of its account and currency."""
        self._hold(posting.account_id)
        entry = next_entry(self._last(posting.account_id, posting.money.currency), posting)
        self._session.add(
            EntryRow(
                account_id=posting.account_id,
                currency=posting.money.currency,
                number=entry.number,
                kind=posting.kind.value,
                amount=posting.money.amount,
                balance=entry.balance,
                at=posting.at,
                post_id=posting.post_id,
                product_id=posting.product_id,
                sale_id=posting.sale_id,
                note=posting.note,
            )
        )
        self._session.flush()
        return entry

    def balance(self, account_id: str, currency: str) -> int:
        """The balance, held: nobody else changes it before this transaction ends."""
        self._hold(account_id)
        last = self._last(account_id, currency)
        return 0 if last is None else last.balance

    def on_hold(self, account_id: str, since: datetime) -> dict[str, int]:
        """Return what orders after `since` earned, less their refunds, by currency in minor units."""
        commissions = select(EntryRow.sale_id).where(
            EntryRow.account_id == account_id,
            EntryRow.kind == EntryKind.COMMISSION.value,
            EntryRow.at > since,
        )
        wanted = select(EntryRow.currency, func.sum(EntryRow.amount)).where(
            EntryRow.account_id == account_id, EntryRow.kind.in_(_EARNS), EntryRow.sale_id.in_(commissions)
        )
        rows = self._session.execute(wanted.group_by(EntryRow.currency))
        return {currency: int(amount) for currency, amount in rows}

    def summaries(self, account_id: str) -> list[Summary]:
        """Balance and sums by currency."""

        def sum_of(kind: EntryKind) -> object:
            return func.coalesce(func.sum(case((EntryRow.kind == kind.value, EntryRow.amount), else_=0)), 0)

        wanted = (
            select(
                EntryRow.currency,
                func.sum(EntryRow.amount),
                *(sum_of(kind) for kind in (EntryKind.COMMISSION, EntryKind.REFUND, EntryKind.PAYOUT)),
            )
            .where(EntryRow.account_id == account_id)
            .group_by(EntryRow.currency)
            .order_by(EntryRow.currency)
        )
        return [
            Summary(currency, *(int(value) for value in sums))
            for currency, *sums in self._session.execute(wanted)
        ]

    def entries(self, account_id: str, before: int | None, count: int) -> list[tuple[int, Entry]]:
        """An account's latest entries before a place in the ledger, each with its place, latest first."""
        wanted = select(EntryRow).where(EntryRow.account_id == account_id)
        if before is not None:
            wanted = wanted.where(EntryRow.seq < before)
        rows = self._session.scalars(wanted.order_by(EntryRow.seq.desc()).limit(count))
        return [(row.seq, _entry(row)) for row in rows]

    def by_post(self, account_id: str, count: int) -> list[Earned]:
        """What the posts that earned most earned, by currency."""
        earned = func.sum(EntryRow.amount)
        wanted = (
            select(EntryRow.post_id, EntryRow.currency, earned)
            .where(EntryRow.account_id == account_id, EntryRow.kind.in_(_EARNS))
            .group_by(EntryRow.post_id, EntryRow.currency)
            .order_by(earned.desc(), EntryRow.post_id)
        )
        return self._earned(wanted.limit(count))

    def by_day(self, account_id: str, since: datetime) -> list[Earned]:
        """What was earned on each day (UTC, YYYY-MM-DD), by currency."""
        day = day_of(EntryRow.at, self._session)
        wanted = (
            select(day, EntryRow.currency, func.sum(EntryRow.amount))
            .where(EntryRow.account_id == account_id, EntryRow.kind.in_(_EARNS), EntryRow.at >= since)
            .group_by(day, EntryRow.currency)
            .order_by(day, EntryRow.currency)
        )
        return self._earned(wanted)

    def _earned(self, wanted: Select[str, str, int]) -> list[Earned]:
        return [Earned(of, currency, int(amount)) for of, currency, amount in self._session.execute(wanted)]

    def _hold(self, account_id: str) -> None:
        """Writers of one account come one after the other; on SQLite all writers do."""
        self._session.execute(select(AccountRow.id).where(AccountRow.id == account_id).with_for_update())

    def _last(self, account_id: str, currency: str) -> Entry | None:
        wanted = select(EntryRow).where(EntryRow.account_id == account_id, EntryRow.currency == currency)
        row = self._session.scalars(wanted.order_by(EntryRow.number.desc()).limit(1)).first()
        return None if row is None else _entry(row)


def _entry(row: EntryRow) -> Entry:
    posting = Posting(
        account_id=row.account_id,
        kind=EntryKind(row.kind),
        money=Money(row.amount, row.currency),
        at=row.at,
        post_id=row.post_id,
        product_id=row.product_id,
        sale_id=row.sale_id,
        note=row.note,
    )
    return Entry(row.number, row.balance, posting)
