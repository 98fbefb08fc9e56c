"""Posts: upload, look, change, publish, hide, delete."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from spark_vision.core.account import Actor
from spark_vision.core.errors import (
    ConflictError,
    IdempotencyKeyReusedError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    PictureDamagedError,
    PictureFormatError,
    PictureTooLargeError,
    RequestInProgressError,
    StoreUnavailableError,
    VersionConflictError,
)
from spark_vision.core.idempotency import StoredResponse
from spark_vision.core.post import Post
from spark_vision.database.idempotency import SaveResponse, run_idempotent
from spark_vision.database.store import UnitOfWork
from spark_vision.media.decode import open_picture
from spark_vision.media.sanitise import MAX_SIDE, cleaned
from spark_vision.tagging import posts
from spark_vision.tagging.context import PostWithTags, get_visible_post, load_with_tags
from spark_vision_api.auth.access import AnyActor, Member, Poster
from spark_vision_api.http.error_handlers import (
    FormError,
    MediaTypeError,
    OverloadedError,
    VersionNeededError,
)
from spark_vision_api.http.etags import IfMatch, RequiredIfMatch, headers_of
from spark_vision_api.http.idempotency import IdempotencyKey, call_of, to_response
from spark_vision_api.http.strict_json import StrictJsonRoute
from spark_vision_api.http.upload import Upload, check_form_type, read_upload, upload_body
from spark_vision_api.openapi import BODY_TOO_LARGE, TOO_SLOW, problems
from spark_vision_api.presenters.posts import ProductLookupDep, post_out
from spark_vision_api.services import Services, ServicesDep
from spark_vision_api.v1.feed.page import seen_post
from spark_vision_api.v1.feed.schemas import FeedPostOut
from spark_vision_api.v1.posts.schemas import CaptionIn, PostOut, RemovalIn

router = APIRouter(prefix="/v1/posts", tags=["posts"], route_class=StrictJsonRoute)
PostId = Annotated[str, Path(max_length=100, examples=["0f2c6ad1b0f34a7f9a3a9d1f5f3f6e55"])]
CHANGING = (NotFoundError, PermissionDeniedError, VersionConflictError, StoreUnavailableError)


@router.post(
    "",
    summary="Create a draft post",
    status_code=201,
    response_model=PostOut,
    openapi_extra=upload_body(),
    responses=problems(
        PictureTooLargeError,
        PictureFormatError,
        PictureDamagedError,
        InvalidInputError,
        MediaTypeError,
        FormError,
        PermissionDeniedError,
        RequestInProgressError,
        IdempotencyKeyReusedError,
        OverloadedError,
        StoreUnavailableError,
        more=(BODY_TOO_LARGE, TOO_SLOW),
    ),
)
async def create_post(
    request: Request, services: ServicesDep, actor: Poster, key: IdempotencyKey = None
) -> Response:
    """Keep a photo as a draft. Of the picture its pixels alone are kept: no place, no camera, no comment."""
    content_type = request.headers.get("Content-Type", "")
    check_form_type(content_type)
    body = await request.body()
    with services.uploads.admit():
        read = partial(read_upload, content_type, body)
        return await services.uploads.run(partial(_create, services, actor, key, read))


@router.get("/{post_id}", summary="Get a post", responses=problems(NotFoundError, StoreUnavailableError))
def show_post(
    post_id: PostId, services: ServicesDep, shelf: ProductLookupDep, actor: AnyActor, response: Response
) -> FeedPostOut:
    """A post with its tags and smiles; a draft or hidden post is for its poster alone."""
    with services.store.reading() as work:
        held = load_with_tags(work, get_visible_post(work, post_id, actor))
        smiles = work.feed.smiles(post_id, actor.id)
    response.headers.update(headers_of(held.post))
    return seen_post(post_out(held, shelf, actor), smiles, services.rates)


@router.patch(
    "/{post_id}",
    summary="Change a caption",
    responses=problems(InvalidInputError, VersionNeededError, *CHANGING),
)
def change_caption(
    post_id: PostId,
    wanted: CaptionIn,
    services: ServicesDep,
    shelf: ProductLookupDep,
    actor: Member,
    versions: RequiredIfMatch,
    response: Response,
) -> PostOut:
    """Needs `If-Match`, so that nobody's change is overwritten unseen."""
    held = posts.set_caption(services.room, actor, post_id, wanted.caption, versions)
    response.headers.update(headers_of(held.post))
    return post_out(held, shelf, actor)


@router.post("/{post_id}/publish", summary="Publish a post", responses=problems(*CHANGING))
def publish_post(
    post_id: PostId,
    services: ServicesDep,
    shelf: ProductLookupDep,
    actor: Member,
    versions: IfMatch,
    response: Response,
) -> PostOut:
    """Show a draft or hidden post to everybody; one that is published stays as it is."""
    held = posts.publish(services.room, actor, post_id, versions, datetime.now(UTC))
    response.headers.update(headers_of(held.post))
    return post_out(held, shelf, actor)


@router.post("/{post_id}/hide", summary="Hide a post", responses=problems(ConflictError, *CHANGING))
def hide_post(
    post_id: PostId,
    services: ServicesDep,
    shelf: ProductLookupDep,
    actor: Member,
    versions: IfMatch,
    response: Response,
) -> PostOut:
    """Show a published post to its poster alone; it keeps its place for when it is published again."""
    held = posts.hide(services.room, actor, post_id, versions)
    response.headers.update(headers_of(held.post))
    return post_out(held, shelf, actor)


@router.post(
    "/{post_id}/remove", summary="Remove a post as a moderator", responses=problems(ConflictError, *CHANGING)
)
def take_down_post(
    post_id: PostId, given: RemovalIn, services: ServicesDep, shelf: ProductLookupDep, actor: Member
) -> PostOut:
    """Remove a post from everybody's sight. Its poster sees the reason, and cannot publish it again."""
    return post_out(posts.take_down(services.room, actor, post_id, given.reason), shelf, actor)


@router.post(
    "/{post_id}/reinstate", summary="Reinstate a removed post", responses=problems(ConflictError, *CHANGING)
)
def reinstate_post(post_id: PostId, services: ServicesDep, shelf: ProductLookupDep, actor: Member) -> PostOut:
    """Show a post that a moderator removed to everybody again."""
    return post_out(posts.reinstate(services.room, actor, post_id), shelf, actor)


@router.delete("/{post_id}", summary="Delete a post", status_code=204, responses=problems(*CHANGING))
def delete_post(post_id: PostId, services: ServicesDep, actor: Member, versions: IfMatch) -> None:
    """Remove a post with its tags, and its photo unless another post shows it, too."""
    posts.delete(services.room, actor, post_id, versions)


def _create(services: Services, actor: Actor, key: str | None, read: Callable[[], Upload]) -> Response:
    upload = read()
    now = datetime.now(UTC)

    def act(keep: SaveResponse) -> StoredResponse:
        opened = open_picture(upload.photo, services.settings.picture_limits, at_least=MAX_SIDE)
        with services.pixels.hold(opened.cost):
            clean = cleaned(opened)

        def and_then(work: UnitOfWork, post: Post) -> None:
            keep(work, _created(post, actor))

        return _created(posts.create_post(services.room, actor, clean, upload.caption, now, and_then), actor)

    answer, again = run_idempotent(services.store, call_of(actor, key, "post", upload.identity()), now, act)
    return to_response(answer, again=again)


def _created(post: Post, actor: Actor) -> StoredResponse:
    """A new post has no tags, so that no index is needed to show it."""
    body = post_out(PostWithTags(post, ()), lambda product_id: None, actor)
    headers = {**headers_of(post), "Location": f"/v1/posts/{post.id}"}
    return StoredResponse(201, body.model_dump_json().encode(), headers)
