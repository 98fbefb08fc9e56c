"""Schedules of feeds in the database."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from spark_vision.core.catalogue_import import ImportState
from spark_vision.core.feed_schedule import FeedSchedule, ScheduleNotice
from spark_vision.database.tables.imports import ImportRow
from spark_vision.database.tables.schedules import ScheduleRow

_NOTICED = (ImportState.FAILED.value, ImportState.HELD.value)
_UNFINISHED = (ImportState.QUEUED.value, ImportState.RUNNING.value)


class ScheduleRepository:
    """Schedules of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, schedule: FeedSchedule) -> None:
        """Add a schedule."""
        self._session.add(ScheduleRow(**asdict(schedule)))
        self._session.flush()

    def get(self, schedule_id: str) -> FeedSchedule | None:
        """Return the schedule with this id."""
        row = self._session.get(ScheduleRow, schedule_id)
        return None if row is None else _schedule(row)

    def all(self) -> Sequence[FeedSchedule]:
        """Return all schedules, oldest first."""
        rows = self._session.scalars(select(ScheduleRow).order_by(ScheduleRow.created_at, ScheduleRow.id))
        return [_schedule(row) for row in rows]

    def count(self) -> int:
        """Return the number of schedules."""
        return self._session.scalar(select(func.count()).select_from(ScheduleRow)) or 0

    def change(self, schedule_id: str, values: dict[str, Any]) -> bool:
        """Change some columns; return whether there is such a schedule."""
        changed = update(ScheduleRow).where(ScheduleRow.id == schedule_id).values(values)
        return self._session.scalar(changed.returning(ScheduleRow.id)) is not None

    def remove(self, schedule_id: str) -> bool:
        """Remove a schedule; return whether there was one. Its imports stay."""
        gone = delete(ScheduleRow).where(ScheduleRow.id == schedule_id).returning(ScheduleRow.id)
        return self._session.scalar(gone) is not None

    def due(self, now: datetime) -> Sequence[FeedSchedule]:
        """Return the active schedules whose time has come, longest due first."""
        rows = self._session.scalars(
            select(ScheduleRow)
            .where(ScheduleRow.active, ScheduleRow.next_run_at <= now)
            .order_by(ScheduleRow.next_run_at, ScheduleRow.id)
            .with_for_update(skip_locked=True)
        )
        return [_schedule(row) for row in rows]

    def is_running(self, schedule: FeedSchedule) -> bool:
        """Return whether the import of the last run has not ended."""
        found = select(ImportRow.id).where(
            ImportRow.id == schedule.last_import_id, ImportRow.state.in_(_UNFINISHED)
        )
        return self._session.scalar(found) is not None

    def notices(self, now: datetime) -> Sequence[ScheduleNotice]:
        """Return the runs that ended badly, whose notice is due."""
        rows = self._session.execute(
            select(ScheduleRow, ImportRow)
            .join(ImportRow, ImportRow.id == ScheduleRow.last_import_id)
            .where(ScheduleRow.notice_at <= now, ImportRow.state.in_(_NOTICED))
            .order_by(ScheduleRow.notice_at, ScheduleRow.id)
        )
        return [_notice(schedule, made) for schedule, made in rows]


def _schedule(row: ScheduleRow) -> FeedSchedule:
    return FeedSchedule(**{name: getattr(row, name) for name in FeedSchedule.__dataclass_fields__})


def _notice(schedule: ScheduleRow, made: ImportRow) -> ScheduleNotice:
    held = (made.result or {}).get("held") or {}
    detail = made.failure or held.get("reason") or ""
    return ScheduleNotice(_schedule(schedule), made.id, ImportState(made.state), detail)
