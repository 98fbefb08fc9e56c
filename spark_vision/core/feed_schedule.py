"""Feeds that the service fetches by itself, each day at a time in a time zone."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from spark_vision.core.catalogue_import import ImportState
from spark_vision.core.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class FeedSchedule:
    """A feed with the time of day at which it is fetched.

    Attributes:
        id: Its id.
        account_id: Who created it; its imports are theirs.
        address: The feed's address, without a user or password.
        time: Time of day as `HH:MM`, in the time zone.
        time_zone: IANA name, such as `Europe/Rome`.
        created_at: When it was created, UTC.
        next_run_at: When it runs next, UTC.
        active: Whether it runs at all.
        credentials: Of the address, encrypted; empty: none.
        pictures_base: The address that relative pictures are relative to; empty: the feed's.
        format: The feed's format; None if the content tells.
        last_run_at: When it ran last, UTC.
        last_import_id: The import of that run.
    """

    id: str
    account_id: str
    address: str
    time: str
    time_zone: str
    created_at: datetime
    next_run_at: datetime
    active: bool = True
    credentials: str = field(default="", repr=False)
    pictures_base: str = ""
    format: str | None = None
    last_run_at: datetime | None = None
    last_import_id: str | None = None


@dataclass(frozen=True, slots=True)
class ScheduleNotice:
    """A run that failed or is held, of which nobody was notified yet."""

    schedule: FeedSchedule
    import_id: str
    state: ImportState
    detail: str


def next_run(time_of_day: str, time_zone: str, after: datetime) -> datetime:
    """Return the first moment after another at which a time zone's clocks show a time of day.

    A time that a day skips (the clocks go forward) is taken an hour later; a time that a day has twice is
    its first one.

    >>> next_run("02:30", "Europe/Rome", datetime(2026, 3, 28, 12, tzinfo=UTC)).isoformat()
    '2026-03-29T01:30:00+00:00'

    Args:
        time_of_day: `HH:MM`.
        time_zone: IANA name.
        after: A moment with a time zone.

    Raises:
        InvalidInputError: There is no such time or time zone.
    """
    zone = _zone(time_zone)
    try:
        wanted = time.fromisoformat(time_of_day)
    except ValueError as error:
        raise InvalidInputError(f"The time {time_of_day[:20]!r} should be HH:MM, such as 02:30.") from error
    day = after.astimezone(zone).date()
    moments = (
        datetime.combine(day + timedelta(days=days), wanted, zone).astimezone(UTC) for days in range(3)
    )
    return next(moment for moment in moments if moment > after)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(
            f"There is no time zone {name[:60]!r}. Use an IANA name, such as Europe/Rome."
        ) from error
