"""Schedules of feeds."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from spark_vision.database.base import Base


class ScheduleRow(Base):
    """A schedule; see FeedSchedule. notice_at: when its last run is looked at for a notice; null: never."""

    __tablename__ = "feed_schedules"
    __table_args__ = (
        Index("ix_feed_schedules_next_run_at", "next_run_at"),
        Index("ix_feed_schedules_notice_at", "notice_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    address: Mapped[str] = mapped_column(String(2000))
    time: Mapped[str] = mapped_column(String(5))
    time_zone: Mapped[str] = mapped_column(String(64))
    active: Mapped[bool]
    credentials: Mapped[str] = mapped_column(Text)
    pictures_base: Mapped[str] = mapped_column(String(2000))
    format: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]
    next_run_at: Mapped[datetime]
    last_run_at: Mapped[datetime | None]
    last_import_id: Mapped[str | None] = mapped_column(String(32))
    notice_at: Mapped[datetime | None]
