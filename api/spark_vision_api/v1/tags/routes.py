"""Tags: where a product is in a post."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from spark_vision.core.decision import DecisionKind
from spark_vision.core.errors import InvalidInputError, TooManyTagsError
from spark_vision.core.geometry import Box, Point
from spark_vision.tagging import tags
from spark_vision_api.auth.access import Member
from spark_vision_api.http.etags import IfMatch, headers_of
from spark_vision_api.http.strict_json import StrictJsonRoute
from spark_vision_api.openapi import problems
from spark_vision_api.presenters.posts import ProductLookupDep, tag_out
from spark_vision_api.services import ServicesDep
from spark_vision_api.v1.posts.routes import CHANGING, PostId
from spark_vision_api.v1.posts.schemas import TagIn, TagOut

router = APIRouter(prefix="/v1/posts", tags=["posts"], route_class=StrictJsonRoute)
ProductId = Annotated[str, Path(max_length=1000, description="May hold slashes.", examples=["red-delicious"])]


@router.put(
    "/{post_id}/tags/{product_id:path}",
    summary="Tag a product",
    responses=problems(InvalidInputError, TooManyTagsError, *CHANGING),
)
def put_tag(
    post_id: PostId,
    product_id: ProductId,
    where: TagIn,
    services: ServicesDep,
    shelf: ProductLookupDep,
    actor: Member,
    versions: IfMatch,
    response: Response,
) -> TagOut:
    """Confirm a suggestion, or tag by hand. Again: moves the tag. A post has a product once, and 20 tags."""
    place = tags.TagPlacement(Point(where.x, where.y), where.suggestion_id, _box(where))
    ask = tags.ChangeRequest(actor, post_id, versions, datetime.now(UTC))
    tagged = tags.put_tag(services.room, ask, product_id, place, on_shelf=shelf(product_id) is not None)
    if DecisionKind.CONFIRMED in tagged.kinds:
        services.metrics.decided(confirmed=True)
    response.headers.update(headers_of(tagged.post))
    return tag_out(tagged.tag, shelf)


@router.delete(
    "/{post_id}/tags/{product_id:path}",
    summary="Remove a tag",
    status_code=204,
    responses=problems(*CHANGING),
)
def remove_tag(
    post_id: PostId, product_id: ProductId, services: ServicesDep, actor: Member, versions: IfMatch
) -> Response:
    """The product is open again, for the same suggestion or another one."""
    ask = tags.ChangeRequest(actor, post_id, versions, datetime.now(UTC))
    post = tags.remove_tag(services.room, ask, product_id)
    return Response(status_code=204, headers=headers_of(post))


def _box(where: TagIn) -> Box | None:
    box = where.box
    return None if box is None else Box(box.x, box.y, box.width, box.height)
