"""The catalogue team's pages: feeds that come in, versions, what is live and how good it is."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from spark_vision.bootstrap import Shop
from spark_vision.importing.orders import cancel_import, find_import, newest_imports
from spark_vision.tagging.learning import count_views, list_views, remove_view, restore_view
from spark_vision.tagging.room import ANY
from spark_vision_api.routes.index import activate_version, list_versions, roll_back
from spark_vision_api.schemas.catalogue import ImportOut, import_out
from spark_vision_api.schemas.learned import LearnedViewOut, learned_view_out
from spark_vision_api.shown import empty, shelf_of
from spark_vision_api.web.visit import Team

router = APIRouter(prefix="/catalogue", include_in_schema=False)
_IMPORTS = 8
_SHOWN = 24


@router.get("")
def show_catalogue(visit: Team) -> Response:
    """What is live, what is on its way, and what was before."""
    services = visit.services
    imports = [import_out(held) for held in newest_imports(services.store, _IMPORTS)]
    return visit.page(
        "catalogue.html",
        live=_live(services.live.loaded),
        failure=services.live.failure,
        imports=imports,
        busy=_is_busy(imports),
        versions=list_versions(services).versions[::-1],
        learned=_learned(visit),
        learned_count=count_views(services.store, visit.actor),
    )


@router.get("/imports/{import_id}")
def show_import(visit: Team, import_id: str) -> Response:
    """One import: how far it is, or what it did, with pictures of what wants a look."""
    made = import_out(find_import(visit.services.store, import_id))
    shop = visit.services.live.loaded
    return visit.page(
        "import.html",
        made=made,
        busy=_is_busy([made]),
        shelf=empty if shop is None else shelf_of(shop),
        most=_SHOWN,
    )


@router.post("/imports/{import_id}/cancel")
def stop_import(visit: Team, import_id: str) -> Response:
    """Stop an import."""
    cancel_import(visit.services.store, import_id, visit.now)
    return visit.go("/catalogue")


@router.post("/versions/{version}/activate")
def activate(visit: Team, version: str) -> Response:
    """Make a version live."""
    activate_version(version, visit.services, visit.actor)
    return visit.go("/catalogue")


@router.post("/rollback")
async def go_back(visit: Team) -> Response:
    """Make the version live that was so before."""
    await run_in_threadpool(roll_back, visit.services, visit.actor)
    return visit.go("/catalogue")


@router.post("/learned/{view_id}/remove")
def remove_learned(visit: Team, view_id: str) -> Response:
    """Take a learned view out of suggestions."""
    remove_view(visit.services.store, visit.actor, view_id, ANY, visit.now)
    return visit.go("/catalogue#learned")


@router.post("/learned/{view_id}/restore")
def restore_learned(visit: Team, view_id: str) -> Response:
    """Put a learned view back."""
    restore_view(visit.services.store, visit.actor, view_id, ANY)
    return visit.go("/catalogue#learned")


def _learned(visit: Team) -> list[LearnedViewOut]:
    shop = visit.services.live.loaded
    shelf = empty if shop is None else shelf_of(shop)
    found = list_views(visit.services.store, visit.actor, "", None, _SHOWN)
    return [learned_view_out(shown, shelf) for shown in found]


def _live(shop: Shop | None) -> dict[str, object] | None:
    if shop is None:
        return None
    manifest = shop.gallery.manifest
    content = manifest.content
    return {
        "version": manifest.version,
        "products": content.products,
        "pictures": content.pictures,
        "model": content.encoder.model,
        "kind": content.index_kind,
        "approximation": manifest.approximation,
        "finished": manifest.finished,
    }


def _is_busy(imports: Sequence[ImportOut]) -> bool:
    return any(not made.state.is_over for made in imports)
