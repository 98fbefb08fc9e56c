"""From a tag to the shop."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse

from spark_vision.core.errors import NotFoundError, StoreUnavailableError
from spark_vision.earnings.clicks import TagClick, record_click, with_parameter
from spark_vision_api.auth.access import AnyActor
from spark_vision_api.auth.visitors import remember, visitor_of
from spark_vision_api.http.middleware.head_requests import is_head
from spark_vision_api.openapi import Responses, problems
from spark_vision_api.presenters.posts import ProductLookupDep
from spark_vision_api.services import ServicesDep

router = APIRouter(prefix="/v1/shop", tags=["feed"])
_FOUND: Responses = {
    302: {
        "description": "The product's page.",
        "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
    }
}


@router.get(
    "/{tag_id}",
    summary="Go to the product's page",
    status_code=302,
    response_class=RedirectResponse,
    responses={**_FOUND, **problems(NotFoundError, StoreUnavailableError)},
)
def go_to_shop(
    request: Request,
    tag_id: Annotated[str, Path(max_length=100, examples=["5b0d7c1f6e0a4c1d9f3b2a1c0d9e8f70"])],
    services: ServicesDep,
    shelf: ProductLookupDep,
    actor: AnyActor,
    sec_purpose: Annotated[str, Header(max_length=100)] = "",
) -> RedirectResponse:
    """Go to the page of a tag's product; the click is counted, once a visitor and hour.

    A visitor is an account, or a random cookie of this site; what is kept is a digest. A click of the
    poster's own, of an admin, or of a browser that only looks ahead, is not counted.
    """
    visitor = visitor_of(request, actor, services.secret())
    counted = "" if "prefetch" in sec_purpose or is_head(request) else visitor.digest
    way = record_click(services.store, TagClick(tag_id, actor, counted, datetime.now(UTC)), shelf)
    settings = services.settings
    link = way.link
    if way.click_id and settings.click_parameter:
        link = with_parameter(link, settings.click_parameter, way.click_id)
    answer = RedirectResponse(link, 302, {"Cache-Control": "no-store"})
    if way.click_id:
        remember(answer, visitor, request, settings.attribution_days)
    return answer
