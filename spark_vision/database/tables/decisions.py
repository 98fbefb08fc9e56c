"""What was suggested for posts, how it stands, and the log of how it came to be."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Double, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from spark_vision.database.base import Base

# SQLite counts up by itself in INTEGER keys alone.
_Counter = BigInteger().with_variant(Integer, "sqlite")
_Box = JSON(none_as_null=True)


class SuggestionSetRow(Base):
    """A post's suggestions, as one JSON list of items."""

    __tablename__ = "suggestion_sets"

    post_id: Mapped[str] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    index_version: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    boxes_digest: Mapped[str] = mapped_column(String(64))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    computed_at: Mapped[datetime]


class TagRow(Base):
    """A product's place in a post. box: [x, y, width, height] or null.

    The row is gone when the tag is withdrawn: what refers to a tag for longer (a click, an order) keeps
    a copy of what it needs, and no foreign key.
    """

    __tablename__ = "tags"
    __table_args__ = (
        Index("uq_tags_post_id_product_id", "post_id", "product_id", unique=True),
        Index("ix_tags_product_id_post_id", "product_id", "post_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    post_id: Mapped[str] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    product_id: Mapped[str] = mapped_column(Text)
    x: Mapped[float] = mapped_column(Double)
    y: Mapped[float] = mapped_column(Double)
    box: Mapped[list[float] | None] = mapped_column(_Box)
    suggestion_id: Mapped[str | None] = mapped_column(String(32))
    decision_id: Mapped[str] = mapped_column(String(32))
    tagged_at: Mapped[datetime]


class RejectionRow(Base):
    """A product that is not to be tagged in a post."""

    __tablename__ = "rejections"

    post_id: Mapped[str] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[str] = mapped_column(Text, primary_key=True)
    suggestion_id: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(32))
    decision_id: Mapped[str] = mapped_column(String(32))
    rejected_at: Mapped[datetime]


class DecisionRow(Base):
    """A line of the log; triggers, made with the table, refuse to change or remove one.

    It outlives its post, so that post_id is no foreign key. seq: its place in the log.
    """

    __tablename__ = "decisions"

    seq: Mapped[int] = mapped_column(_Counter, primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    at: Mapped[datetime]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    post_id: Mapped[str] = mapped_column(String(32), index=True)
    product_id: Mapped[str] = mapped_column(Text, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    suggestion_id: Mapped[str | None] = mapped_column(String(32))
    probability: Mapped[float | None] = mapped_column(Double)
    similarity: Mapped[float | None] = mapped_column(Double)
    index_version: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(Text)
    region: Mapped[list[float] | None] = mapped_column(_Box)
    x: Mapped[float | None] = mapped_column(Double)
    y: Mapped[float | None] = mapped_column(Double)
    box: Mapped[list[float] | None] = mapped_column(_Box)
    reason: Mapped[str] = mapped_column(String(32))
    withdraws: Mapped[str | None] = mapped_column(String(32))
