"""The photos of posts."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from spark_vision.core.errors import NotFoundError, PhotoMissingError, StoreUnavailableError
from spark_vision.core.post import PostState
from spark_vision.tagging.context import get_visible_post
from spark_vision.tagging.photos import closest_width, read_photo
from spark_vision_api.auth.access import AnyActor
from spark_vision_api.http.caching import private_cache, public_cache
from spark_vision_api.openapi import Responses, problems
from spark_vision_api.services import ServicesDep
from spark_vision_api.v1.posts.routes import PostId

router = APIRouter(prefix="/v1/posts", tags=["posts"])
_JPEG: Responses = {
    200: {
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"ETag": {"schema": {"type": "string"}}, "Cache-Control": {"schema": {"type": "string"}}},
    },
    304: {"description": "The photo that If-None-Match names is still the one."},
}
# Not for longer: a post that is hidden or deleted has to be gone soon.
_PUBLISHED = "max-age=300"


@router.get(
    "/{post_id}/photo",
    summary="Get a post's photo",
    response_class=Response,
    responses={**_JPEG, **problems(NotFoundError, PhotoMissingError, StoreUnavailableError)},
)
def show_photo(
    post_id: PostId,
    services: ServicesDep,
    actor: AnyActor,
    width: Annotated[
        int, Query(ge=1, le=10_000, description="Pixels; the closest copy that is no narrower is sent.")
    ] = 10_000,
    if_none_match: Annotated[str, Header(max_length=1000)] = "",
) -> Response:
    """A JPEG made from the photo's pixels: no metadata of the upload survives."""
    with services.store.reading() as work:
        post = get_visible_post(work, post_id, actor)
    width = closest_width(post.photo, width)
    tag = f'"{post.photo.digest[:32]}-{width}"'
    published = post.state is PostState.PUBLISHED
    cache = public_cache(services.settings, _PUBLISHED) if published else private_cache("no-cache")
    headers = {"ETag": tag, **cache}
    if tag in if_none_match:
        return Response(status_code=304, headers=headers)
    data = read_photo(services.room, post.photo, width)
    return Response(data, headers=headers, media_type="image/jpeg")
