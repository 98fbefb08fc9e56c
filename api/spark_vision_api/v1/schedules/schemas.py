"""Schedules of feeds, as the catalogue team sends and gets them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from spark_vision.app.sealed import seal
from spark_vision.app.settings import Settings
from spark_vision.catalogue.detect import Format
from spark_vision.core.feed_schedule import FeedSchedule, next_run
from spark_vision_api.v1 import examples
from spark_vision_api.v1.catalogue.schemas import Address, CredentialsIn

TimeOfDay = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["02:30"])]
TimeZone = Annotated[str, Field(min_length=1, max_length=64, examples=["Europe/Rome"])]


class ScheduleIn(BaseModel):
    """A feed to fetch each day at a time."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=examples.shown(examples.SCHEDULE_IN))

    address: Address
    time: TimeOfDay = Field(description="Time of day in the time zone.")
    time_zone: TimeZone = Field(default="UTC", description="IANA name.")
    credentials: CredentialsIn | None = Field(
        default=None, description="For the address. Stored encrypted, and never shown again."
    )
    pictures_base: Address | None = Field(default=None, description="Without, the feed's address.")
    format: Format | None = Field(default=None, description="Without, the content tells.")
    active: bool = Field(default=True, description="False keeps the schedule without running it.")

    def schedule(self, settings: Settings, account_id: str, now: datetime) -> FeedSchedule:
        """Return the schedule for the core; raises InvalidInputError for an unknown time zone."""
        return FeedSchedule(
            id=uuid4().hex,
            account_id=account_id,
            address=self.address,
            time=self.time,
            time_zone=self.time_zone,
            created_at=now,
            next_run_at=next_run(self.time, self.time_zone, now),
            active=self.active,
            credentials="" if self.credentials is None else seal(settings, self.credentials.credentials()),
            pictures_base=self.pictures_base or "",
            format=None if self.format is None else self.format.value,
        )


class ScheduleChange(BaseModel):
    """What changes of a schedule; what is left out stays. `credentials: null` removes them."""

    model_config = ConfigDict(extra="forbid")

    time: TimeOfDay | None = None
    time_zone: TimeZone | None = None
    credentials: CredentialsIn | None = None
    active: bool | None = None

    def values(self, settings: Settings) -> dict[str, Any]:
        """Return the columns that change."""
        names = ("time", "time_zone", "active")
        values = {name: value for name in names if (value := getattr(self, name)) is not None}
        if "credentials" in self.model_fields_set:
            given = self.credentials
            values["credentials"] = "" if given is None else seal(settings, given.credentials())
        return values


class ScheduleOut(BaseModel):
    """A schedule as it stands."""

    id: str
    address: str
    time: str
    time_zone: str
    active: bool
    has_credentials: bool = Field(description="Whether credentials are stored. They are never shown.")
    pictures_base: str | None
    format: str | None
    created_at: datetime
    next_run_at: datetime | None = Field(description="UTC; null where it is not active.")
    last_run_at: datetime | None
    last_import_id: str | None


class SchedulesOut(BaseModel):
    """All schedules, oldest first."""

    schedules: list[ScheduleOut]


def schedule_out(schedule: FeedSchedule) -> ScheduleOut:
    """Return a schedule for clients."""
    return ScheduleOut(
        id=schedule.id,
        address=schedule.address,
        time=schedule.time,
        time_zone=schedule.time_zone,
        active=schedule.active,
        has_credentials=bool(schedule.credentials),
        pictures_base=schedule.pictures_base or None,
        format=schedule.format,
        created_at=schedule.created_at,
        next_run_at=schedule.next_run_at if schedule.active else None,
        last_run_at=schedule.last_run_at,
        last_import_id=schedule.last_import_id,
    )
