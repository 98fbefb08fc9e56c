"""Looking things up: by a photo, by words."""

from functools import partial
from time import perf_counter
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from spark_vision.core.errors import (
    IndexNotFoundError,
    InvalidInputError,
    PictureDamagedError,
    PictureFormatError,
    PictureTooLargeError,
)
from spark_vision_api.auth.access import AnyActor
from spark_vision_api.http.error_handlers import FormError, MediaTypeError, OverloadedError
from spark_vision_api.http.photo_request import PhotoQuery, check_media_type, read_photo_request
from spark_vision_api.openapi import BODY_TOO_LARGE, TOO_SLOW, photo_body, problems
from spark_vision_api.services import LoadedShop, ServicesDep
from spark_vision_api.v1.search.dependencies import SearchDependencies, look_up_photo, look_up_text
from spark_vision_api.v1.search.filters import Wanted
from spark_vision_api.v1.search.schemas import PhotoSearch, ProductSearch, Top

router = APIRouter(prefix="/v1/search", tags=["search"])


@router.post(
    "/photo",
    summary="Search by photo",
    response_model=PhotoSearch,
    openapi_extra=photo_body(),
    responses=problems(
        PictureTooLargeError,
        PictureFormatError,
        PictureDamagedError,
        InvalidInputError,
        MediaTypeError,
        FormError,
        IndexNotFoundError,
        OverloadedError,
        more=(BODY_TOO_LARGE, TOO_SLOW),
    ),
)
async def search_photo(
    request: Request,
    shop: LoadedShop,
    services: ServicesDep,
    actor: AnyActor,
    query: Annotated[PhotoQuery, Query()],
) -> Response:
    """Suggest products for each box and each tap, or for each thing that is found, and for the whole photo,
    of those that the conditions allow.

    The photo is not kept.
    """
    content_type = request.headers.get("Content-Type", "")
    check_media_type(content_type)
    asked = query.asked()
    body = await request.body()
    with services.lookups.admit():
        read = partial(read_photo_request, content_type, body, asked)
        learned = partial(services.learning.seen_by, shop, actor.id)
        desk = SearchDependencies(
            learned, services.settings.picture_limits, services.pixels, services.metrics
        )
        work = partial(look_up_photo, desk, read, perf_counter())
        return await services.lookups.run(lambda: _json(work()))


@router.get(
    "/products",
    summary="Search by words",
    response_model=ProductSearch,
    responses=problems(InvalidInputError, IndexNotFoundError, OverloadedError),
)
async def search_products(
    shop: LoadedShop,
    services: ServicesDep,
    wanted: Wanted,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=500,
            description="An id, a title, or words for the product.",
            examples=["red apple"],
        ),
    ],
    top: Annotated[Top, Query()] = 10,
) -> Response:
    """Find products by id, title, brand, color, category, GTIN, description and picture, best first.

    An exact id, GTIN or title comes first. Typing errors, plurals and Italian words are understood.
    """
    with services.lookups.admit():
        work = partial(look_up_text, shop, q, top, wanted, services.metrics)
        return await services.lookups.run(lambda: _json(work()))


def _json(answer: BaseModel) -> Response:
    """Written in the look-up's thread: a hundred suggestions for fifty boxes take a while."""
    return Response(answer.model_dump_json(), media_type="application/json")
