"""The index that is served, and its versions."""

import logging
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from starlette.responses import FileResponse, Response

from spark_vision.app.container import version_store
from spark_vision.core.errors import (
    ConflictError,
    IndexDamagedError,
    IndexNotFoundError,
    IndexVersionError,
    NotFoundError,
    PermissionDeniedError,
)
from spark_vision.index.manifest import RUN, RUN_PAGE
from spark_vision.index.versions import VersionStore
from spark_vision_api.auth.access import CatalogueTeam
from spark_vision_api.openapi import problems
from spark_vision_api.presenters.index_errors import without_folder
from spark_vision_api.services import LoadedShop, Services, ServicesDep
from spark_vision_api.v1.health.routes import shop_problem
from spark_vision_api.v1.imports.routes import REPORT_HEADERS
from spark_vision_api.v1.index.schemas import IndexOut, VerifiedOut, VersionOut, VersionsOut, manifest_facts

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/index", tags=["index"])
Version = Annotated[str, InPath(max_length=100, examples=["20261123-210644.013-8bc6521f"])]


@router.get("", summary="Get the live index", responses=problems(IndexNotFoundError, IndexDamagedError))
async def show_index(shop: LoadedShop, services: ServicesDep) -> IndexOut:
    """What the served version is made of, by its manifest."""
    failure = shop_problem(services.live.failure)
    return IndexOut(**manifest_facts(shop.gallery.manifest), failure=failure)


@router.get("/versions", summary="List index versions", responses=problems(IndexDamagedError))
def list_versions(services: ServicesDep) -> VersionsOut:
    """Every version of the index folder, oldest first; one that cannot be read has its name alone."""
    store = version_store(services.settings)
    live = store.live() if store.has_live() else ""
    served = services.live.served_version
    versions = [_version(store, name, live=name == live, served=name == served) for name in store.names()]
    return VersionsOut(versions=versions)


def _version(store: VersionStore, name: str, *, live: bool, served: bool) -> VersionOut:
    try:
        manifest = store.manifest(name)
    except IndexVersionError:
        return VersionOut(version=name, live=live, served=served)
    content = manifest.content
    return VersionOut(
        version=name,
        live=live,
        served=served,
        model=content.encoder.model,
        products=content.products,
        pictures=content.pictures,
        finished=manifest.finished,
    )


@router.post(
    "/versions/{version}/activate",
    summary="Activate a version",
    responses=problems(NotFoundError, ConflictError, PermissionDeniedError),
)
def activate_version(version: Version, services: ServicesDep, actor: CatalogueTeam) -> VersionOut:
    """Verify a version, make it the live one, and serve it; requests that are on their way keep theirs."""
    store = _store_with(services, version)
    try:
        store.activate(version)
    except IndexVersionError as error:
        raise _refused(store, error) from error
    return _served(services, store, version)


@router.post(
    "/rollback",
    summary="Roll back to the version before",
    responses=problems(ConflictError, PermissionDeniedError),
)
def roll_back(services: ServicesDep, actor: CatalogueTeam) -> VersionOut:
    """Make the version live that was so before, and serve it."""
    store = version_store(services.settings)
    try:
        version = store.rollback()
    except IndexVersionError as error:
        raise _refused(store, error) from error
    return _served(services, store, version)


@router.post(
    "/versions/{version}/verify",
    summary="Verify a version's files",
    responses=problems(NotFoundError, PermissionDeniedError),
)
def verify_version(version: Version, services: ServicesDep, actor: CatalogueTeam) -> VerifiedOut:
    """Hold every file of a version against its checksum; what is wrong is named."""
    store = _store_with(services, version)
    try:
        manifest = store.verify(version)
    except IndexVersionError as error:
        return VerifiedOut(version=version, ok=False, files=None, detail=without_folder(store, error))
    return VerifiedOut(version=version, ok=True, files=len(manifest.files), detail=None)


@router.get(
    "/versions/{version}/report",
    summary="Get a version's report",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}},
        **problems(NotFoundError, PermissionDeniedError),
    },
)
def show_run(version: Version, services: ServicesDep, actor: CatalogueTeam) -> Response:
    """All of it: each change, each mistake, each pair of products that share a picture."""
    return _file(services, version, RUN, "application/json")


@router.get(
    "/versions/{version}/report.html",
    summary="Get a version's report as a page",
    response_class=FileResponse,
    responses={
        200: {"content": {"text/html": {"schema": {"type": "string"}}}},
        **problems(NotFoundError, PermissionDeniedError),
    },
)
def show_run_page(version: Version, services: ServicesDep, actor: CatalogueTeam) -> Response:
    """One page that needs nothing else, with the pictures that want a look."""
    return _file(services, version, RUN_PAGE, "text/html")


def _file(services: Services, version: str, name: str, media_type: str) -> Response:
    path = _store_with(services, version).folder(version) / name
    if not path.is_file():
        raise NotFoundError(f"Version {version} has no report of its run.")
    return FileResponse(path, headers=REPORT_HEADERS, media_type=media_type)


def _store_with(services: Services, version: str) -> VersionStore:
    """The index folder, if it has the version."""
    store = version_store(services.settings)
    if version not in store.names():
        raise NotFoundError(f"There is no version {version[:100]!r}.")
    return store


def _served(services: Services, store: VersionStore, version: str) -> VersionOut:
    services.live.refresh()
    return _version(store, version, live=True, served=version == services.live.served_version)


def _refused(store: VersionStore, error: IndexVersionError) -> ConflictError:
    _log.warning("no other version was made live: %s", error.message)
    return ConflictError(without_folder(store, error))
