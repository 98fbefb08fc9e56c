"""Suggestions of a post: look at them, say where to look, say no to one."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from spark_vision.app.photo_searcher import IndexPhotoSearcher
from spark_vision.core.account import Actor
from spark_vision.core.decision import RejectReason
from spark_vision.core.errors import (
    ConflictError,
    IndexNotFoundError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    PhotoMissingError,
    StoreUnavailableError,
)
from spark_vision.core.geometry import Box
from spark_vision.tagging import posts, tags
from spark_vision.tagging.suggestions import compute_suggestions, get_cached_suggestions
from spark_vision_api.auth.access import Member
from spark_vision_api.http.error_handlers import OverloadedError, VersionNeededError
from spark_vision_api.http.etags import IfMatch, RequiredIfMatch, headers_of
from spark_vision_api.http.strict_json import StrictJsonRoute
from spark_vision_api.openapi import problems
from spark_vision_api.presenters.posts import ProductLookupDep, post_out, product_lookup, suggestions_out
from spark_vision_api.services import LoadedShop, Services, ServicesDep
from spark_vision_api.v1.posts.routes import CHANGING, PostId
from spark_vision_api.v1.posts.schemas import BoxesIn, PostOut, RejectIn, RejectionOut, SuggestionsOut

router = APIRouter(prefix="/v1/posts", tags=["posts"], route_class=StrictJsonRoute)
SuggestionId = Annotated[str, Path(max_length=100, examples=["4b1e0c55c8a24f8f9f0a3c1d2e5b6a79"])]


@router.get(
    "/{post_id}/suggestions",
    summary="List a post's suggestions",
    responses=problems(
        NotFoundError,
        PermissionDeniedError,
        PhotoMissingError,
        IndexNotFoundError,
        OverloadedError,
        StoreUnavailableError,
    ),
)
async def show_suggestions(
    post_id: PostId, services: ServicesDep, shop: LoadedShop, actor: Member, response: Response
) -> SuggestionsOut:
    """What the shop may have of what is in the photo, for its poster.

    Computed once and kept; computed anew where the live index or the post's boxes have changed.
    """
    room, looker = services.room, IndexPhotoSearcher(shop, services.metrics.looked_up)
    shown = await run_in_threadpool(get_cached_suggestions, room, actor, post_id, looker.index_version)
    if shown is None:
        learned = partial(_learned, services, looker, actor)
        with services.lookups.admit():
            shown = await services.lookups.run(
                lambda: compute_suggestions(room, actor, post_id, learned(), datetime.now(UTC))
            )
    response.headers.update(headers_of(shown.post))
    return suggestions_out(shown, product_lookup(shop))


def _learned(services: Services, looker: IndexPhotoSearcher, actor: Actor) -> IndexPhotoSearcher:
    return replace(looker, shop=services.learning.seen_by(looker.shop, actor.id))


@router.put(
    "/{post_id}/boxes",
    summary="Set the regions to look at",
    responses=problems(InvalidInputError, VersionNeededError, *CHANGING),
)
def set_boxes(
    post_id: PostId,
    wanted: BoxesIn,
    services: ServicesDep,
    shelf: ProductLookupDep,
    actor: Member,
    versions: RequiredIfMatch,
    response: Response,
) -> PostOut:
    """The regions that suggestions are wanted for, in place of those before; decisions stay.

    Needs `If-Match`.
    """
    boxes = tuple(Box(box.x, box.y, box.width, box.height) for box in wanted.boxes)
    held = posts.set_boxes(services.room, actor, post_id, boxes, versions)
    response.headers.update(headers_of(held.post))
    return post_out(held, shelf, actor)


@router.post(
    "/{post_id}/suggestions/{suggestion_id}/reject",
    summary="Reject a suggestion",
    responses=problems(ConflictError, *CHANGING),
)
def reject_suggestion(
    post_id: PostId,
    suggestion_id: SuggestionId,
    services: ServicesDep,
    actor: Member,
    versions: IfMatch,
    response: Response,
    why: RejectIn | None = None,
) -> RejectionOut:
    """The product is not to be tagged in this post; a rejection that is there already stays as it is."""
    ask = tags.ChangeRequest(actor, post_id, versions, datetime.now(UTC))
    reason = RejectReason.OTHER if why is None else why.reason
    post, rejection, new = tags.reject(services.room, ask, suggestion_id, reason)
    if new:
        services.metrics.decided(confirmed=False)
    response.headers.update(headers_of(post))
    return RejectionOut(
        suggestion_id=rejection.suggestion_id,
        product_id=rejection.product_id,
        reason=RejectReason(rejection.reason),
        rejected_at=rejection.rejected_at,
    )


@router.delete(
    "/{post_id}/suggestions/{suggestion_id}/reject",
    summary="Take a rejection back",
    status_code=204,
    responses=problems(*CHANGING),
)
def unreject_suggestion(
    post_id: PostId, suggestion_id: SuggestionId, services: ServicesDep, actor: Member, versions: IfMatch
) -> Response:
    """The product is open again."""
    ask = tags.ChangeRequest(actor, post_id, versions, datetime.now(UTC))
    post = tags.unreject(services.room, ask, suggestion_id)
    return Response(status_code=204, headers=headers_of(post))
