"""Clicks, order lines and the ledger. What they say of a post or a tag outlives it: no foreign keys there."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from spark_vision.database.base import Base

# SQLite counts up by itself in INTEGER keys alone.
_Counter = BigInteger().with_variant(Integer, "sqlite")


class ClickRow(Base):
    """A counted click; hour: hours since 1970, within which a visitor's way counts once."""

    __tablename__ = "clicks"
    __table_args__ = (
        Index("uq_clicks_tag_id_visitor_hour", "tag_id", "visitor", "hour", unique=True),
        Index("ix_clicks_visitor_product_id_last_at", "visitor", "product_id", "last_at"),
        Index("ix_clicks_account_id_first_at", "account_id", "first_at", "post_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    tag_id: Mapped[str] = mapped_column(String(32))
    post_id: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    product_id: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    visitor: Mapped[str] = mapped_column(String(64))
    hour: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class SaleRow(Base):
    """An order line, with the click that led to it; amounts in minor units."""

    __tablename__ = "sales"
    __table_args__ = (Index("uq_sales_order_id_line_id", "order_id", "line_id", unique=True),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(200))
    line_id: Mapped[str] = mapped_column(String(200))
    product_id: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    ordered_at: Mapped[datetime]
    click_id: Mapped[str | None] = mapped_column(ForeignKey("clicks.id"))
    commission: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger)


class RefundRow(Base):
    """A refund of an order line."""

    __tablename__ = "refunds"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    sale_id: Mapped[str] = mapped_column(ForeignKey("sales.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    refunded_at: Mapped[datetime]


class EntryRow(Base):
    """A line of the ledger; triggers, made with the table, refuse to change or remove one.

    number: of the account and currency; its uniqueness keeps two writers from building on the same balance.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        Index("uq_ledger_account_id_currency_number", "account_id", "currency", "number", unique=True),
        Index("ix_ledger_account_id_seq", "account_id", "seq"),
    )

    seq: Mapped[int] = mapped_column(_Counter, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    currency: Mapped[str] = mapped_column(String(3))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    post_id: Mapped[str] = mapped_column(String(32))
    product_id: Mapped[str] = mapped_column(Text)
    sale_id: Mapped[str] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text)
