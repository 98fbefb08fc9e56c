"""For the catalogue team: what decisions taught, to look at, take out and put back."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from spark_vision.core.errors import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    PhotoMissingError,
    StoreUnavailableError,
    VersionConflictError,
)
from spark_vision.feedback.view_recorder import ViewDetails, find_view, list_views, remove_view, restore_view
from spark_vision.media.crop import crop
from spark_vision.media.decode import decode
from spark_vision.media.encode import jpeg, thumbnail
from spark_vision.tagging.photos import read_photo
from spark_vision_api.auth.access import CatalogueTeam
from spark_vision_api.http.cursors import MAX_LENGTH
from spark_vision_api.http.error_handlers import CursorError
from spark_vision_api.http.etags import IfMatch, etag_of
from spark_vision_api.openapi import problems
from spark_vision_api.presenters.posts import ProductLookupDep
from spark_vision_api.services import Services, ServicesDep
from spark_vision_api.v1.learned.schemas import LearnedViewOut, LearnedViewsOut, learned_view_out

router = APIRouter(prefix="/v1/catalogue/learned-views", tags=["catalogue"])
ViewId = Annotated[str, Path(max_length=100)]
_CHANGING = (NotFoundError, PermissionDeniedError, ConflictError, VersionConflictError, StoreUnavailableError)
_SIDE = 320


@router.get("", summary="List learned views", responses=problems(CursorError, PermissionDeniedError))
def list_learned_views(
    services: ServicesDep,
    shelf: ProductLookupDep,
    actor: CatalogueTeam,
    product_id: Annotated[str, Query(max_length=1000, description="Of this product alone.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str, Query(max_length=MAX_LENGTH, description="Of the page before: `next`.")] = "",
) -> LearnedViewsOut:
    """What posters confirmed and rejected, as far as it was not taken back; also what the team removed."""
    listing = f"learned {product_id}"
    behind = services.cursors.read(cursor, listing)
    found = list_views(services.store, actor, product_id, behind, limit + 1)
    page = found[:limit]
    last = page[-1].view if len(found) > limit else None
    more = None if last is None else services.cursors.write(listing, last.learned_at, last.id)
    return LearnedViewsOut(views=[learned_view_out(shown, shelf) for shown in page], next=more)


@router.delete("/{view_id}", summary="Remove a learned view", status_code=204, responses=problems(*_CHANGING))
def remove_learned_view(
    view_id: ViewId, services: ServicesDep, actor: CatalogueTeam, versions: IfMatch
) -> Response:
    """It no longer changes suggestions, also where its poster says the same of the same photo again."""
    view = remove_view(services.store, actor, view_id, versions, datetime.now(UTC))
    return Response(status_code=204, headers=etag_of(view.version))


@router.post("/{view_id}/restore", summary="Restore a learned view", responses=problems(*_CHANGING))
def restore_learned_view(
    view_id: ViewId,
    services: ServicesDep,
    shelf: ProductLookupDep,
    actor: CatalogueTeam,
    versions: IfMatch,
    response: Response,
) -> LearnedViewOut:
    """It counts again."""
    view = restore_view(services.store, actor, view_id, versions)
    response.headers.update(etag_of(view.version))
    return learned_view_out(find_view(services.store, actor, view_id), shelf)


@router.get(
    "/{view_id}/picture",
    summary="Get a learned view's picture",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}},
        **problems(NotFoundError, PermissionDeniedError, PhotoMissingError, StoreUnavailableError),
    },
)
async def show_picture(view_id: ViewId, services: ServicesDep, actor: CatalogueTeam) -> Response:
    """The part of the photo that it is about, while the post is published."""

    def made() -> Response:
        data = _picture(services, find_view(services.store, actor, view_id))
        return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, no-cache"})

    with services.thumbnails.admit():
        return await services.thumbnails.run(made)


def _picture(services: Services, shown: ViewDetails) -> bytes:
    if shown.photo is None or shown.view.withdrawn_at is not None:
        raise NotFoundError("There is no picture of this view: its post is not published.")
    photo = decode(read_photo(services.room, shown.photo, shown.photo.width))
    return jpeg(thumbnail(crop(photo, shown.view.box), _SIDE))
