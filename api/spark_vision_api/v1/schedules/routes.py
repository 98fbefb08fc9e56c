"""For the catalogue team: feeds that the service fetches by itself."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from starlette.responses import Response

from spark_vision.core.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    TooManyImportsError,
)
from spark_vision.imports.schedules import (
    add_schedule,
    change_schedule,
    find_schedule,
    list_schedules,
    remove_schedule,
    run_schedule,
)
from spark_vision_api.auth.access import CatalogueTeam
from spark_vision_api.http.strict_json import StrictJsonRoute
from spark_vision_api.openapi import problems
from spark_vision_api.services import ServicesDep
from spark_vision_api.v1.catalogue.schemas import ImportOut, import_out
from spark_vision_api.v1.schedules.schemas import (
    ScheduleChange,
    ScheduleIn,
    ScheduleOut,
    SchedulesOut,
    schedule_out,
)

SCHEDULES = "/v1/catalogue/schedules"

router = APIRouter(prefix=SCHEDULES, tags=["catalogue"], route_class=StrictJsonRoute)
ScheduleId = Annotated[str, InPath(max_length=64, examples=["5b0cbbf0a5c04bd2a4c9d4c7a1f2e3d4"])]


@router.post(
    "",
    status_code=201,
    summary="Create a schedule",
    responses=problems(InvalidInputError, ConflictError, PermissionDeniedError),
)
def create_schedule(
    given: ScheduleIn, response: Response, services: ServicesDep, actor: CatalogueTeam
) -> ScheduleOut:
    """Fetch and import a feed each day at a time of a time zone. At most 50 schedules.

    A run that the service missed while it was down is made once, when it is up again.
    """
    now = datetime.now(UTC)
    schedule = given.schedule(services.settings, str(actor.id), now)
    add_schedule(services.settings, services.store, schedule)
    response.headers["Location"] = f"{SCHEDULES}/{schedule.id}"
    return schedule_out(schedule)


@router.get("", summary="List schedules", responses=problems(PermissionDeniedError))
def show_schedules(services: ServicesDep, actor: CatalogueTeam) -> SchedulesOut:
    """All schedules of the team, oldest first."""
    return SchedulesOut(schedules=[schedule_out(known) for known in list_schedules(services.store)])


@router.get(
    "/{schedule_id}", summary="Get a schedule", responses=problems(NotFoundError, PermissionDeniedError)
)
def show_schedule(schedule_id: ScheduleId, services: ServicesDep, actor: CatalogueTeam) -> ScheduleOut:
    """When it runs next, and what it ran last."""
    return schedule_out(find_schedule(services.store, schedule_id))


@router.patch(
    "/{schedule_id}",
    summary="Change a schedule",
    responses=problems(NotFoundError, InvalidInputError, PermissionDeniedError),
)
def patch_schedule(
    schedule_id: ScheduleId, given: ScheduleChange, services: ServicesDep, actor: CatalogueTeam
) -> ScheduleOut:
    """Change its time, its time zone, its credentials, or whether it runs."""
    values = given.values(services.settings)
    return schedule_out(change_schedule(services.store, schedule_id, values, datetime.now(UTC)))


@router.delete(
    "/{schedule_id}",
    status_code=204,
    summary="Delete a schedule",
    responses=problems(NotFoundError, PermissionDeniedError),
)
def delete_schedule(schedule_id: ScheduleId, services: ServicesDep, actor: CatalogueTeam) -> None:
    """Delete a schedule with its credentials; the imports that it made stay."""
    remove_schedule(services.store, schedule_id)


@router.post(
    "/{schedule_id}/run",
    status_code=202,
    summary="Run a schedule now",
    responses=problems(NotFoundError, ConflictError, TooManyImportsError, PermissionDeniedError),
)
def run_now(
    schedule_id: ScheduleId, response: Response, services: ServicesDep, actor: CatalogueTeam
) -> ImportOut:
    """Queue an import of its feed now; its next run stays as planned."""
    made = run_schedule(services.store, schedule_id, datetime.now(UTC))
    services.imports.wake()
    response.headers["Location"] = f"/v1/catalogue/imports/{made.id}"
    return import_out(made)
