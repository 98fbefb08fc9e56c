"""Schedules of feeds: what the catalogue team does with them, and what runs them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from spark_vision.app.settings import Settings
from spark_vision.catalogue.notice import NoticeError, WebhookTarget, send_webhook
from spark_vision.core.catalogue_import import CatalogueImport, ImportOrder
from spark_vision.core.errors import ConflictError, NotFoundError, TooManyImportsError
from spark_vision.core.feed_schedule import FeedSchedule, ScheduleNotice, next_run
from spark_vision.database.store import Store, UnitOfWork
from spark_vision.imports.run import check_order
from spark_vision.imports.service import MAX_PENDING

MAX_SCHEDULES = 50
_NOTICE_AGAIN = timedelta(minutes=5)
_NOTICE_FOR = timedelta(hours=24)

_log = logging.getLogger(__name__)


def add_schedule(settings: Settings, store: Store, schedule: FeedSchedule) -> FeedSchedule:
    """Add a schedule.

    Raises:
        InvalidInputError: Feeds are not fetched here, or there is no such time zone.
        ConflictError: There are too many schedules.
    """
    check_order(settings, _order(schedule))
    with store.writing() as work:
        if work.schedules.count() >= MAX_SCHEDULES:
            raise ConflictError(f"There are {MAX_SCHEDULES} schedules already. Delete one first.")
        work.schedules.add(schedule)
    return schedule


def list_schedules(store: Store) -> Sequence[FeedSchedule]:
    """Return all schedules, oldest first."""
    with store.reading() as work:
        return work.schedules.all()


def find_schedule(store: Store, schedule_id: str) -> FeedSchedule:
    """Return a schedule; raises NotFoundError."""
    with store.reading() as work:
        found = work.schedules.get(schedule_id)
    if found is None:
        raise NotFoundError(f"There is no schedule {schedule_id[:100]!r}.")
    return found


def change_schedule(store: Store, schedule_id: str, values: dict[str, Any], now: datetime) -> FeedSchedule:
    """Change a schedule; its next run follows from its new time.

    Raises:
        NotFoundError: There is no such schedule.
        InvalidInputError: There is no such time or time zone.
    """
    changed = replace(find_schedule(store, schedule_id), **values)
    changed = replace(changed, next_run_at=next_run(changed.time, changed.time_zone, now))
    with store.writing() as work:
        if not work.schedules.change(schedule_id, {**values, "next_run_at": changed.next_run_at}):
            raise NotFoundError(f"There is no schedule {schedule_id[:100]!r}.")
    return changed


def remove_schedule(store: Store, schedule_id: str) -> None:
    """Remove a schedule; its imports stay. Raises NotFoundError."""
    with store.writing() as work:
        if not work.schedules.remove(schedule_id):
            raise NotFoundError(f"There is no schedule {schedule_id[:100]!r}.")


def run_schedule(store: Store, schedule_id: str, now: datetime) -> CatalogueImport:
    """Queue an import of a schedule's feed now; its next run stays.

    Raises:
        NotFoundError: There is no such schedule.
        ConflictError: Its last import has not ended.
        TooManyImportsError: Too many imports have not ended.
    """
    schedule = find_schedule(store, schedule_id)
    with store.writing() as work:
        if work.schedules.is_running(schedule):
            raise ConflictError("The last import of this schedule has not ended.")
        if work.imports.unfinished() >= MAX_PENDING:
            raise TooManyImportsError(f"{MAX_PENDING} imports are not finished yet; wait, or cancel some.")
        return _queue(work, schedule, now)


@dataclass(frozen=True)
class ScheduleRunner:
    """Queues the imports of schedules whose time has come, and sends notices of runs that ended badly.

    Attributes:
        settings: The settings.
        store: The store.
        webhook: Where notices go; None: nowhere.
    """

    settings: Settings
    store: Store
    webhook: WebhookTarget | None = None

    def tick(self, now: datetime) -> None:
        """Do what is due. A run that was missed while the service was down is made once."""
        self._queue_due(now)
        self._notify(now)

    def _queue_due(self, now: datetime) -> None:
        with self.store.writing() as work:
            for schedule in work.schedules.due(now):
                if work.imports.unfinished() >= MAX_PENDING:
                    return  # it stays due
                upcoming = next_run(schedule.time, schedule.time_zone, now)
                work.schedules.change(schedule.id, {"next_run_at": upcoming})
                if work.schedules.is_running(schedule):
                    _log.warning("schedule %s is skipped: its last import has not ended", schedule.id)
                else:
                    _queue(work, schedule, now)

    def _notify(self, now: datetime) -> None:
        with self.store.reading() as work:
            notices = work.schedules.notices(now)
        for notice in notices:
            with self.store.writing() as work:
                # Before the notice is sent: of two services on one store, one sends it.
                work.schedules.change(notice.schedule.id, {"notice_at": self._after(notice, now)})
            if self.webhook is not None and self._sent(notice, now):
                with self.store.writing() as work:
                    work.schedules.change(notice.schedule.id, {"notice_at": None})

    def _after(self, notice: ScheduleNotice, now: datetime) -> datetime | None:
        """Return when a notice that is not delivered is sent again; None: never."""
        ran = notice.schedule.last_run_at
        if self.webhook is None or ran is None or now - ran > _NOTICE_FOR:
            return None
        return now + _NOTICE_AGAIN

    def _sent(self, notice: ScheduleNotice, now: datetime) -> bool:
        assert self.webhook is not None  # noqa: S101 - asked before
        schedule = notice.schedule
        body = {
            "type": f"import.{notice.state}",
            "timestamp": now.isoformat(timespec="seconds"),
            "data": {
                "schedule_id": schedule.id,
                "import_id": notice.import_id,
                "source": schedule.address,
                "state": notice.state.value,
                "detail": notice.detail,
            },
        }
        try:
            send_webhook(self.webhook, f"{notice.import_id}-{notice.state}", body, now)
        except NoticeError as error:
            _log.warning("schedule %s: its notice is not delivered: %s", schedule.id, error)
            return False
        return True


def _queue(work: UnitOfWork, schedule: FeedSchedule, now: datetime) -> CatalogueImport:
    made = CatalogueImport(uuid4().hex, schedule.account_id, _order(schedule), now)
    work.imports.add(made)
    work.schedules.change(schedule.id, {"last_run_at": now, "last_import_id": made.id, "notice_at": now})
    return made


def _order(schedule: FeedSchedule) -> ImportOrder:
    return ImportOrder(
        "address",
        schedule.address,
        schedule.pictures_base,
        schedule.format,
        credentials=schedule.credentials,
    )
