"""Clicks and order lines, in the database."""

from datetime import date, datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from spark_vision.core.earnings import Click, Sale
from spark_vision.core.money import Money
from spark_vision.database.days import day_of
from spark_vision.database.tables.earnings import ClickRow, RefundRow, SaleRow

_HOUR_SECONDS = 3600


class ClickRepository:
    """Clicks of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, click: Click) -> str:
        """Keep a click; its id, or that of the same way in the same hour, whose last moment moves then."""
        hour = int(click.first_at.timestamp()) // _HOUR_SECONDS
        row = ClickRow(hour=hour, **{name: getattr(click, name) for name in Click.__slots__})
        known = self._again(row)
        if known is not None:
            return known
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError:  # The same way in this very moment.
            return self._again(row) or ""
        return click.id

    def _again(self, row: ClickRow) -> str | None:
        same = (ClickRow.tag_id == row.tag_id, ClickRow.visitor == row.visitor, ClickRow.hour == row.hour)
        moved = update(ClickRow).where(*same).values(last_at=row.last_at).returning(ClickRow.id)
        return self._session.scalar(moved)

    def get(self, click_id: str) -> Click | None:
        """The click with this id."""
        row = self._session.get(ClickRow, click_id) if "\0" not in click_id else None
        return None if row is None else _click(row)

    def last(self, visitor: str, product_id: str, since: datetime, until: datetime) -> Click | None:
        # One who came again after the order had last come before it some time in the same hour.
        """The visitor's latest click to a product, both ends included."""
        latest = case((ClickRow.last_at <= until, ClickRow.last_at), else_=until)
        wanted = (
            select(ClickRow)
            .where(
                ClickRow.visitor == visitor,
                ClickRow.product_id == product_id,
                ClickRow.first_at <= until,
                ClickRow.last_at >= since,
            )
            .order_by(latest.desc(), ClickRow.first_at.desc(), ClickRow.id)
        )
        row = self._session.scalars(wanted.limit(1)).first()
        return None if row is None else _click(row)

    def by_post(self, account_id: str) -> dict[str, int]:
        """How many clicks the posts of an account have, those with most first."""
        counted = select(ClickRow.post_id, func.count()).where(ClickRow.account_id == account_id)
        most = counted.group_by(ClickRow.post_id).order_by(func.count().desc(), ClickRow.post_id)
        rows = self._session.execute(most)
        return {row[0]: row[1] for row in rows}

    def by_day(self, account_id: str, since: datetime) -> dict[date, int]:
        """Clicks to an account's posts by day (UTC)."""
        day = day_of(ClickRow.first_at, self._session)
        counted = select(day, func.count()).where(
            ClickRow.account_id == account_id, ClickRow.first_at >= since
        )
        rows = self._session.execute(counted.group_by(day))
        return {date.fromisoformat(on): count for on, count in rows}


class SaleRepository:
    """Order lines of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, sale: Sale) -> bool:
        """Keep an order line; false where there is one of this order and line already."""
        row = SaleRow(
            id=sale.id,
            order_id=sale.order_id,
            line_id=sale.line_id,
            product_id=sale.product_id,
            amount=sale.price.amount,
            currency=sale.price.currency,
            ordered_at=sale.ordered_at,
            click_id=None if sale.click is None else sale.click.id,
            commission=sale.commission,
            refunded=sale.refunded,
        )
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError:
            return False
        return True

    def held(self, order_id: str, line_id: str) -> Sale | None:
        """The order line; nobody else changes it before this transaction ends."""
        wanted = select(SaleRow).where(SaleRow.order_id == order_id, SaleRow.line_id == line_id)
        row = self._session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
        return None if row is None else self._sale(row)

    def refund(self, sale: Sale, refund_id: str, amount: int, at: datetime) -> bool:
        """Note a refund of a held line; false where there is one of this id already."""
        row = RefundRow(id=refund_id, sale_id=sale.id, amount=amount, refunded_at=at)
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError:
            return False
        more = update(SaleRow).where(SaleRow.id == sale.id).values(refunded=SaleRow.refunded + amount)
        self._session.execute(more)
        return True

    def refunded(self, refund_id: str) -> tuple[str, int] | None:
        """The sale's id and the amount of a refund."""
        row = self._session.get(RefundRow, refund_id)
        return None if row is None else (row.sale_id, row.amount)

    def _sale(self, row: SaleRow) -> Sale:
        click = None if row.click_id is None else self._session.get_one(ClickRow, row.click_id)
        return Sale(
            id=row.id,
            order_id=row.order_id,
            line_id=row.line_id,
            product_id=row.product_id,
            price=Money(row.amount, row.currency),
            ordered_at=row.ordered_at,
            click=None if click is None else _click(click),
            commission=row.commission,
            refunded=row.refunded,
        )


def _click(row: ClickRow) -> Click:
    return Click(**{name: getattr(row, name) for name in Click.__slots__})
