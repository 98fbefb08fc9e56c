"""The catalogue team's pages: feeds that come in, versions, what is live and how good it is."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from spark_vision.core.catalogue_import import ImportState
from spark_vision.core.errors import ConflictError, InvalidInputError, NotFoundError
from spark_vision.feedback.view_recorder import count_views, find_view, remove_view, restore_view
from spark_vision.imports.schedules import (
    add_schedule,
    change_schedule,
    find_schedule,
    remove_schedule,
    run_schedule,
)
from spark_vision.imports.service import cancel_import, find_import, newest_imports
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.tagging.context import ANY_VERSION
from spark_vision_api.presenters.posts import ProductLookup, product_lookup
from spark_vision_api.v1.catalogue.schemas import ImportOut, import_out
from spark_vision_api.v1.imports.routes import accept_held_import, discard_held_import
from spark_vision_api.v1.index.routes import activate_version, list_versions, roll_back
from spark_vision_api.v1.learned.routes import list_learned_views
from spark_vision_api.v1.learned.schemas import learned_view_out
from spark_vision_api.v1.schedules.routes import show_schedules
from spark_vision_api.v1.schedules.schemas import ScheduleIn
from spark_vision_api.web.page_context import Team, inner_path
from spark_vision_api.web.pages.feed import After

router = APIRouter(prefix="/catalogue", include_in_schema=False)
_IMPORTS = 8
_SHOWN = 24
# From this share on it wants a look that products went: half a feed looks like a whole one.
_MUCH = 0.1


@router.get("")
def show_catalogue(visit: Team, after: After = "") -> Response:
    """What is live, what is on its way, and what was before; after: where what was learned goes on."""
    return _catalogue_page(visit, after)


def _catalogue_page(visit: Team, after: str = "", refusal: str = "") -> Response:
    """Show the catalogue. refusal: why a schedule was not added."""
    services = visit.services
    imports = [import_out(held) for held in newest_imports(services.store, _IMPORTS)]
    return visit.page(
        "catalogue.html",
        422 if refusal else 200,
        refusal=refusal,
        schedules=show_schedules(services, visit.actor).schedules,
        live=_live(services.live.loaded),
        failure=services.live.failure,
        imports=imports,
        busy=_is_busy(imports),
        versions=list_versions(services).versions[::-1],
        learned=list_learned_views(services, _shelf(visit), visit.actor, limit=_SHOWN, cursor=after),
        learned_count=count_views(services.store, visit.actor),
        after=after,
    )


@router.get("/imports/{import_id}")
def show_import(visit: Team, import_id: str) -> Response:
    """One import: how far it is, or what it did, with pictures of what wants a look."""
    return _import_page(visit, import_out(find_import(visit.services.store, import_id)))


def _import_page(visit: Team, made: ImportOut, refusal: str = "") -> Response:
    """Show an import. refusal: why a decision on it was not carried out."""
    return visit.page(
        "import.html",
        409 if refusal else 200,
        refusal=refusal,
        made=made,
        busy=_is_busy([made]),
        shelf=_shelf(visit),
        most=_SHOWN,
        gone=_gone(made),
    )


@router.post("/imports/{import_id}/cancel")
def stop_import(visit: Team, import_id: str) -> Response:
    """Stop an import; one that has ended meanwhile is shown as it ended."""
    with suppress(ConflictError):
        cancel_import(visit.services.store, import_id, visit.now)
    return visit.go(inner_path(visit.fields.get("then", "/catalogue")))


@router.post("/imports/{import_id}/accept")
def accept(visit: Team, import_id: str) -> Response:
    """Make the version of a held import live."""
    return _decided(visit, accept_held_import, import_id)


@router.post("/imports/{import_id}/discard")
def discard(visit: Team, import_id: str) -> Response:
    """Remove the version of a held import."""
    return _decided(visit, discard_held_import, import_id)


def _decided(visit: Team, decide: Callable[..., ImportOut], import_id: str) -> Response:
    """Show the import after a decision: why it was refused, or what somebody else decided first."""
    try:
        decide(import_id, visit.services, visit.actor)
    except ConflictError as error:
        made = import_out(find_import(visit.services.store, import_id))
        if made.state is ImportState.HELD:
            return _import_page(visit, made, error.message)
    return visit.go(f"/catalogue/imports/{quote(import_id)}")


@router.post("/schedules")
def schedule_feed(visit: Team) -> Response:
    """Add a schedule, or say why it was not added."""
    fields = {name: visit.fields.get(name, "").strip() for name in ("address", "time", "time_zone")}
    user, password, token = (visit.fields.get(name, "") for name in ("user", "password", "bearer"))
    secrets = {"user": user, "password": password, "token": token} if user or password or token else None
    try:
        given = ScheduleIn.model_validate({**fields, "credentials": secrets})
        schedule = given.schedule(visit.services.settings, str(visit.actor.id), visit.now)
        add_schedule(visit.services.settings, visit.services.store, schedule)
    except ValidationError as error:
        told = (f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}" for entry in error.errors())
        return _catalogue_page(visit, refusal="; ".join(told))
    except (InvalidInputError, ConflictError) as error:
        return _catalogue_page(visit, refusal=error.message)
    return visit.go("/catalogue#schedules")


@router.post("/schedules/{schedule_id}/run")
def run_scheduled(visit: Team, schedule_id: str) -> Response:
    """Import a schedule's feed now, unless its last import has not ended."""
    with suppress(ConflictError):
        run_schedule(visit.services.store, schedule_id, visit.now)
        visit.services.imports.wake()
    return visit.go("/catalogue#imports")


@router.post("/schedules/{schedule_id}/toggle")
def toggle_schedule(visit: Team, schedule_id: str) -> Response:
    """Pause a schedule, or let it run again."""
    active = not find_schedule(visit.services.store, schedule_id).active
    change_schedule(visit.services.store, schedule_id, {"active": active}, visit.now)
    return visit.go("/catalogue#schedules")


@router.post("/schedules/{schedule_id}/delete")
def delete_scheduled(visit: Team, schedule_id: str) -> Response:
    """Delete a schedule; its imports stay."""
    with suppress(NotFoundError):
        remove_schedule(visit.services.store, schedule_id)
    return visit.go("/catalogue#schedules")


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
    remove_view(visit.services.store, visit.actor, view_id, ANY_VERSION, visit.now)
    return _changed(visit, view_id)


@router.post("/learned/{view_id}/restore")
def restore_learned(visit: Team, view_id: str) -> Response:
    """Put a learned view back."""
    restore_view(visit.services.store, visit.actor, view_id, ANY_VERSION)
    return _changed(visit, view_id)


def _changed(visit: Team, view_id: str) -> Response:
    """The view as it is now, where it stood: in its place, or the page that it is on, at its place."""
    store, after = visit.services.store, visit.fields.get("after", "")
    if "HX-Request" not in visit.request.headers:
        query = f"?{urlencode({'after': after})}" if after else ""
        return visit.go(f"/catalogue{query}#learned-{quote(view_id)}")
    view = learned_view_out(find_view(store, visit.actor, view_id), _shelf(visit))
    return visit.page(
        "learned_view.html", view=view, learned_count=count_views(store, visit.actor), after=after
    )


def _shelf(visit: Team) -> ProductLookup:
    shop = visit.services.live.loaded
    return product_lookup(shop)


def _live(shop: LoadedIndex | None) -> dict[str, object] | None:
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


def _gone(made: ImportOut) -> dict[str, int] | None:
    """How many products went, of how many; None where they are few."""
    counts = made.result.counts if made.result else {}
    count = counts.get("removed", 0)
    before = count + counts.get("changed", 0) + counts.get("unchanged", 0)
    return {"count": count, "before": before} if count and count >= _MUCH * before else None


def _is_busy(imports: Sequence[ImportOut]) -> bool:
    return any(not made.state.is_over for made in imports)
