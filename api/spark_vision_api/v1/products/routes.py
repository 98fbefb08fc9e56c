"""Products of the served version, and their pictures."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from spark_vision.core.errors import IndexNotFoundError, PictureError, PictureNotFoundError
from spark_vision.core.product import Product
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision_api.http.caching import public_cache
from spark_vision_api.http.error_handlers import OverloadedError, ProductNotFoundError
from spark_vision_api.openapi import Responses, problems
from spark_vision_api.presenters.thumbnails import Thumbnail, make_thumbnail, picture_tag
from spark_vision_api.services import LoadedShop, ServicesDep
from spark_vision_api.v1.products.schemas import ProductOut, product_card

router = APIRouter(prefix="/v1/products", tags=["products"])
ProductId = Annotated[str, Path(description="May hold slashes.", examples=["golden-delicious"])]
_TEXTS = ("id", "description", "color", "material", "pattern", "size", "gender", "item_group_id", "gtin")
_JPEG: Responses = {
    200: {
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"ETag": {"schema": {"type": "string"}}, "Cache-Control": {"schema": {"type": "string"}}},
    },
    304: {"description": "The picture that If-None-Match names is still the one."},
}
Picture = tuple[str, str]
"""A product's id and one of its images."""
_FOR_EVER = "max-age=31536000, immutable"
_FOR_A_WHILE = "max-age=300"


# Stands before the product itself, whose path would swallow `/image`.
@router.get(
    "/{product_id:path}/image",
    summary="Get a product's picture",
    response_class=Response,
    responses={
        **_JPEG,
        **problems(ProductNotFoundError, PictureNotFoundError, IndexNotFoundError, OverloadedError),
    },
)
async def show_image(
    product_id: ProductId,
    shop: LoadedShop,
    services: ServicesDep,
    size: Annotated[int, Query(ge=16, le=1024, description="Pixels of the longer side, at most.")] = 320,
    image: Annotated[
        str, Query(max_length=2000, description="One of its reference images; without, the main one.")
    ] = "",
    v: Annotated[
        str, Query(max_length=100, description="The index version: with it the answer is kept for ever.")
    ] = "",
    if_none_match: Annotated[str, Header(max_length=1000)] = "",
) -> Response:
    """A reference picture as a small JPEG, made from its pixels: no metadata survives."""
    product = _product(shop, product_id)
    work = partial(_thumbnail, shop, _picture(product, image), size, if_none_match)
    with services.thumbnails.admit():
        found = await services.thumbnails.run(work)
    cache = _FOR_EVER if v == shop.gallery.version else _FOR_A_WHILE
    headers = {"ETag": found.tag, **public_cache(services.settings, cache)}
    if found.data is None:
        return Response(status_code=304, headers=headers)
    return Response(found.data, headers=headers, media_type="image/jpeg")


@router.get(
    "/{product_id:path}",
    summary="Get a product",
    responses=problems(ProductNotFoundError, IndexNotFoundError),
)
async def show_product(product_id: ProductId, shop: LoadedShop) -> ProductOut:
    """A product as it was in the feed that the served version was made from."""
    product = _product(shop, product_id)
    texts = {name: getattr(product, name) for name in _TEXTS}
    return ProductOut(
        **product_card(product),
        **texts,
        reference_images=list(product.images),
        index_version=shop.gallery.version,
    )


def _product(shop: LoadedIndex, product_id: str) -> Product:
    try:
        return shop.gallery.product(product_id)
    except KeyError:
        raise ProductNotFoundError(
            f"Index version {shop.gallery.version} has no product {product_id[:100]!r}."
        ) from None


def _picture(product: Product, image: str) -> Picture:
    if image and image not in product.images:
        raise PictureNotFoundError(f"Product {product.id[:100]!r} has no such picture.")
    return product.id, image or product.images[0]


def _thumbnail(shop: LoadedIndex, picture: Picture, size: int, known: str) -> Thumbnail:
    """The picture; without bytes where the client's tag (If-None-Match) is the right one."""
    product_id, image = picture
    try:
        source = shop.pictures.read(image)
        tag = picture_tag(source, size)
        if tag in known:
            return Thumbnail(tag, None)
        return make_thumbnail(source, size, tag)
    except PictureError as error:  # The catalogue's trouble, not this request's; and it names a file.
        raise PictureNotFoundError(
            f"The picture of product {product_id[:100]!r} is no longer to be had."
        ) from error
