"""Imports of catalogues."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from spark_vision.database.base import Base


class ImportRow(Base):
    """An import; order: see ImportOrder. held_until: when its worker, or its wait for another try, ends."""

    __tablename__ = "imports"
    __table_args__ = (
        Index("ix_imports_created_at", "created_at", "id"),
        Index("ix_imports_state", "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    order: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    worker: Mapped[str | None] = mapped_column(String(32))
    held_until: Mapped[datetime | None]
    attempts: Mapped[int]
    step: Mapped[str] = mapped_column(String(32))
    done: Mapped[int]
    total: Mapped[int | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    failure_code: Mapped[str | None] = mapped_column(String(64))
    failure: Mapped[str | None] = mapped_column(Text)
