"""Views that decisions taught, and the number by which all processes see that they changed."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from spark_vision.database.base import Base


class LearnedViewRow(Base):
    """A learned view; it outlives its post, without its vector. id: the decision's.

    vector: little-endian float32 numbers, as `encoder` (its fingerprint) made them; revision: of
    LearnedStateRow when the row changed last; shared, established: see LearnedView.
    """

    __tablename__ = "learned_views"
    __table_args__ = (
        Index("ix_learned_views_product_id", "product_id", "learned_at", "id"),
        Index("ix_learned_views_learned_at", "learned_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    product_id: Mapped[str] = mapped_column(Text)
    poster_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    post_id: Mapped[str] = mapped_column(String(32), index=True)
    photo_digest: Mapped[str] = mapped_column(String(64), index=True)
    box: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    stance: Mapped[str] = mapped_column(String(16))
    learned_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    version: Mapped[int]
    shared: Mapped[bool]
    established: Mapped[bool]
    revision: Mapped[int] = mapped_column(BigInteger, index=True)
    encoder: Mapped[str | None] = mapped_column(String(64))
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)


class LearnedStateRow(Base):
    """One row. A change of a learned view raises the number before it writes, and so waits for whoever is
    at it: revisions become visible in their order.
    """

    __tablename__ = "learned_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
