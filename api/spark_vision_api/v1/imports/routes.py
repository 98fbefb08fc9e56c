"""For the catalogue team: feeds that are imported in the background."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from spark_vision.app.container import version_store
from spark_vision.core.account import Actor
from spark_vision.core.catalogue_import import CatalogueImport, ImportOrder
from spark_vision.core.errors import (
    CatalogueError,
    ConflictError,
    IdempotencyKeyReusedError,
    IndexVersionError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    RequestInProgressError,
    StoreUnavailableError,
    TooManyImportsError,
)
from spark_vision.core.idempotency import StoredResponse
from spark_vision.database.idempotency import SaveResponse, run_idempotent
from spark_vision.database.store import Store
from spark_vision.imports.decisions import accept_import, discard_import
from spark_vision.imports.run import FEED, ISSUES, check_order, forget_import, import_folder
from spark_vision.imports.service import cancel_import, enqueue_import, find_import, newest_imports
from spark_vision.index.atomic_files import file_sha256
from spark_vision.index.manifest import RUN, RUN_PAGE
from spark_vision.index.versions import VersionStore
from spark_vision_api.auth.access import CatalogueTeam
from spark_vision_api.http.cursors import MAX_LENGTH
from spark_vision_api.http.error_handlers import CursorError, FormError, MediaTypeError, OverloadedError
from spark_vision_api.http.idempotency import IdempotencyKey, call_of, to_response
from spark_vision_api.openapi import BODY_TOO_LARGE, TOO_SLOW, feed_body, problems
from spark_vision_api.presenters.index_errors import without_folder
from spark_vision_api.services import Services, ServicesDep
from spark_vision_api.v1.catalogue.schemas import ImportOut, ImportsOut, import_out
from spark_vision_api.v1.feed.request import read_order

Decide = Callable[[Store, VersionStore, str, datetime], CatalogueImport]
IMPORTS = "/v1/catalogue/imports"

router = APIRouter(prefix="/v1/catalogue/imports", tags=["catalogue"])
ImportId = Annotated[str, InPath(max_length=64, examples=["5b0cbbf0a5c04bd2a4c9d4c7a1f2e3d4"])]
ProductId = Annotated[str, InPath(min_length=1, max_length=200, description="May hold slashes.")]
# The page has its style in itself, and small pictures as data; nothing else may run or load.
REPORT_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " frame-ancestors 'none'; sandbox",
    "Cache-Control": "private, no-cache",
}


@router.post(
    "",
    status_code=202,
    response_model=ImportOut,
    summary="Import a feed",
    openapi_extra=feed_body(),
    responses=problems(
        MediaTypeError,
        FormError,
        InvalidInputError,
        CatalogueError,
        TooManyImportsError,
        PermissionDeniedError,
        RequestInProgressError,
        IdempotencyKeyReusedError,
        OverloadedError,
        StoreUnavailableError,
        more=(BODY_TOO_LARGE, TOO_SLOW),
    ),
)
async def start_import(
    request: Request, services: ServicesDep, actor: CatalogueTeam, key: IdempotencyKey = None
) -> Response:
    """Take a feed, as a file, by its address or from the folder of imports, and work on it in the background.

    The result is what `index update` gives. Pictures of a feed that was sent or fetched are addresses, or
    relative to `pictures_base`; addresses in private networks are refused.
    """
    import_id = uuid4().hex
    target = import_folder(services.settings, import_id) / FEED
    with services.feeds.admit():
        try:
            order = await read_order(request, target, services.settings)
            answer, again = await run_in_threadpool(_ordered, services, import_id, order, actor, key)
        except BaseException:  # also where the client has gone: nothing of it stays
            await run_in_threadpool(forget_import, services.settings, import_id)
            raise
        if again:
            await run_in_threadpool(forget_import, services.settings, import_id)
    services.imports.wake()
    return to_response(answer, again=again)


def _ordered(
    services: Services, import_id: str, order: ImportOrder, actor: Actor, key: str | None
) -> tuple[StoredResponse, bool]:
    check_order(services.settings, order)
    now = datetime.now(UTC)
    made = CatalogueImport(import_id, str(actor.id), order, now)
    location = {"Location": f"{IMPORTS}/{import_id}"}
    answer = StoredResponse(202, import_out(made).model_dump_json().encode(), location)
    target = import_folder(services.settings, import_id) / FEED
    feed = file_sha256(target) if order.origin == "sent" else None

    def act(keep: SaveResponse) -> StoredResponse:
        enqueue_import(services.store, made, lambda work: keep(work, answer))
        return answer

    # Encrypted credentials differ each time.
    asked = asdict(replace(order, credentials=""))
    return run_idempotent(services.store, call_of(actor, key, "import", [asked, feed]), now, act)


@router.get("", summary="List imports", responses=problems(CursorError, PermissionDeniedError))
def list_imports(
    services: ServicesDep,
    actor: CatalogueTeam,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str, Query(max_length=MAX_LENGTH, description="Of the page before: `next`.")] = "",
) -> ImportsOut:
    """All imports that are remembered, also those of others of the team."""
    found = newest_imports(services.store, limit + 1, services.cursors.read(cursor, "imports"))
    shown = found[:limit]
    more = (
        services.cursors.write("imports", shown[-1].created_at, shown[-1].id) if len(found) > limit else None
    )
    return ImportsOut(imports=[import_out(made) for made in shown], next=more)


@router.get("/{import_id}", summary="Get an import", responses=problems(NotFoundError, PermissionDeniedError))
def show_import(import_id: ImportId, services: ServicesDep, actor: CatalogueTeam) -> ImportOut:
    """How far it is, and what became of it."""
    return import_out(find_import(services.store, import_id))


@router.post(
    "/{import_id}/cancel",
    summary="Cancel an import",
    responses=problems(NotFoundError, ConflictError, PermissionDeniedError),
)
def stop_import(import_id: ImportId, services: ServicesDep, actor: CatalogueTeam) -> ImportOut:
    """Stop it, whether it waits or is worked on; the live version stays as it is."""
    return import_out(cancel_import(services.store, import_id, datetime.now(UTC)))


@router.post(
    "/{import_id}/accept",
    summary="Accept a held import",
    responses=problems(NotFoundError, ConflictError, PermissionDeniedError),
)
def accept_held_import(import_id: ImportId, services: ServicesDep, actor: CatalogueTeam) -> ImportOut:
    """Make the version of a held import live, and serve it."""
    return _decide(services, accept_import, import_id)


@router.post(
    "/{import_id}/discard",
    summary="Discard a held import",
    responses=problems(NotFoundError, ConflictError, PermissionDeniedError),
)
def discard_held_import(import_id: ImportId, services: ServicesDep, actor: CatalogueTeam) -> ImportOut:
    """Remove the version of a held import; the live version stays."""
    return _decide(services, discard_import, import_id)


def _decide(services: Services, decide: Decide, import_id: str) -> ImportOut:
    versions = version_store(services.settings)
    try:
        decided = decide(services.store, versions, import_id, datetime.now(UTC))
    except IndexVersionError as error:
        raise ConflictError(without_folder(versions, error)) from error
    services.live.refresh()
    return import_out(decided)


@router.get(
    "/{import_id}/report",
    summary="Get an import's report",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}},
        **problems(NotFoundError, PermissionDeniedError),
    },
)
def show_report(import_id: ImportId, services: ServicesDep, actor: CatalogueTeam) -> Response:
    """All of it: each change, each mistake, each pair of products that share a picture."""
    return FileResponse(_reported(services, import_id, RUN), media_type="application/json")


@router.get(
    "/{import_id}/report.html",
    summary="Get an import's report as a page",
    response_class=FileResponse,
    responses={
        200: {"content": {"text/html": {"schema": {"type": "string"}}}},
        **problems(NotFoundError, PermissionDeniedError),
    },
)
def show_report_page(import_id: ImportId, services: ServicesDep, actor: CatalogueTeam) -> Response:
    """The report as one page that needs nothing else, with the pictures that want a look."""
    page = _reported(services, import_id, RUN_PAGE)
    return FileResponse(page, headers=REPORT_HEADERS, media_type="text/html")


@router.get(
    "/{import_id}/issues.csv",
    summary="Get an import's issues as CSV",
    response_class=FileResponse,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
        **problems(NotFoundError, PermissionDeniedError),
    },
)
def show_issues(import_id: ImportId, services: ServicesDep, actor: CatalogueTeam) -> Response:
    """All issues, one a row, for a spreadsheet."""
    table = _reported(services, import_id, ISSUES)
    return FileResponse(table, media_type="text/csv", filename=f"issues-{import_id}.csv")


def _reported(services: Services, import_id: str, name: str) -> Path:
    path = import_folder(services.settings, find_import(services.store, import_id).id) / name
    if not path.is_file():
        raise NotFoundError("There is no report of this import: it is not done.")
    return path
