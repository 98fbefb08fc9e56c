"""When schedules run: at a time of day that people know, whatever their clocks do."""

from datetime import UTC, datetime

import pytest

from spark_vision.core.errors import InvalidInputError
from spark_vision.core.feed_schedule import next_run


@pytest.mark.parametrize(
    ("time", "zone", "after", "expected"),
    [
        ("02:30", "UTC", "2026-12-01T02:29", "2026-12-01T02:30"),
        ("02:30", "UTC", "2026-12-01T02:30", "2026-12-02T02:30"),
        ("02:30", "Europe/Rome", "2026-12-01T12:00", "2026-12-02T01:30"),
        ("02:30", "Europe/Rome", "2026-07-01T12:00", "2026-07-02T00:30"),
        ("02:30", "Europe/Rome", "2026-03-28T12:00", "2026-03-29T01:30"),  # skipped: an hour later
        ("02:30", "Europe/Rome", "2026-10-24T12:00", "2026-10-25T00:30"),  # twice: the first one
        ("02:30", "Europe/Rome", "2026-10-25T00:30", "2026-10-26T01:30"),  # and only once
        ("23:59", "Pacific/Auckland", "2026-12-01T11:00", "2026-12-02T10:59"),
        ("00:00", "America/Los_Angeles", "2026-12-01T07:59", "2026-12-01T08:00"),
    ],
)
def test_the_next_run(time: str, zone: str, after: str, expected: str) -> None:
    moment, wanted = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (after, expected))
    assert next_run(time, zone, moment) == wanted


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "Europe", "", "a\0b"])
def test_time_zones_that_do_not_exist_are_named(zone: str) -> None:
    with pytest.raises(InvalidInputError, match="IANA"):
        next_run("02:30", zone, datetime.now(UTC))
