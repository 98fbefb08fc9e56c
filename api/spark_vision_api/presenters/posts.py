"""Posts, tags and suggestions as a reader may see them: values to answers, on one index version."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import Depends
from starlette.requests import Request

from spark_vision.core.account import Actor
from spark_vision.core.post import Photo
from spark_vision.core.product import Availability, Product
from spark_vision.core.tag import Tag, TagState
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.tagging.context import PostWithTags
from spark_vision.tagging.suggestions import PostSuggestions
from spark_vision_api.services import services_of
from spark_vision_api.v1.posts.schemas import (
    PhotoOut,
    PhotoSizeOut,
    PosterOut,
    PostOut,
    SuggestionsOut,
    TagOut,
)
from spark_vision_api.v1.products.schemas import ProductCard, product_card
from spark_vision_api.v1.search.schemas import BoxOut

ProductLookup = Callable[[str], Product | None]
"""What the served index version has under a product's id."""


async def _shelf(request: Request) -> ProductLookup:
    """Without an index there is a shelf, too: an empty one."""
    shop = services_of(request).live.loaded
    return product_lookup(shop)


def product_lookup(shop: LoadedIndex | None) -> ProductLookup:
    """The products of a loaded shop; None, where none is: a shelf with nothing on it."""

    def find(product_id: str) -> Product | None:
        try:
            return None if shop is None else shop.gallery.product(product_id)
        except KeyError:
            return None

    return find


ProductLookupDep = Annotated[ProductLookup, Depends(_shelf)]


def hidden_because(product: Product | None) -> Literal["sold_out", "gone"] | None:
    """Why a product's tags are not shown now."""
    if product is None:
        return "gone"
    return "sold_out" if product.availability is Availability.OUT_OF_STOCK else None


def post_out(held: PostWithTags, shelf: ProductLookup, actor: Actor) -> PostOut:
    """A post; tags of what cannot be bought now are for who runs it alone."""
    post = held.post
    shown = [tag_out(tag, shelf) for tag in held.tags]
    return PostOut(
        id=post.id,
        poster=PosterOut(id=post.poster.id, name=post.poster.name),
        caption=post.caption,
        state=post.state,
        removal_reason=post.removal_reason,
        created_at=post.created_at,
        published_at=post.published_at,
        photo=photo_out(post.id, post.photo),
        boxes=[BoxOut(**asdict(box)) for box in post.boxes],
        tags=[tag for tag in shown if tag.hidden_because is None or post.is_run_by(actor)],
        version=post.version,
    )


def tag_out(tag: Tag, shelf: ProductLookup) -> TagOut:
    """A tag with its product as the shelf has it."""
    product = shelf(tag.product_id)
    return TagOut(
        id=tag.id,
        product_id=tag.product_id,
        x=tag.point.x,
        y=tag.point.y,
        box=None if tag.box is None else BoxOut(**asdict(tag.box)),
        suggestion_id=tag.suggestion_id,
        by_hand=tag.standing is TagState.BY_HAND,
        tagged_at=tag.tagged_at,
        hidden_because=hidden_because(product),
        product=None if product is None else ProductCard(**product_card(product)),
        shop=f"/v1/shop/{tag.id}",
    )


def photo_out(post_id: str, photo: Photo) -> PhotoOut:
    """A photo with its copies, each with its address."""
    copies = [_copy(post_id, photo, width) for width in photo.widths]
    return PhotoOut(**_copy(post_id, photo, photo.width).model_dump(), copies=copies)


def suggestions_out(shown: PostSuggestions, shelf: ProductLookup) -> SuggestionsOut:
    """Suggestions with what was decided of them."""
    held = shown.held
    wanted = {found["product_id"] for item in held.items for found in item["suggestions"]}
    products = {product_id: product for product_id in sorted(wanted) if (product := shelf(product_id))}
    return SuggestionsOut.model_validate(
        {
            "post_id": held.post_id,
            "index_version": held.index_version,
            "model": held.model,
            "computed_at": held.computed_at,
            "items": [_item(item, shown.standings) for item in held.items],
            "products": {product_id: product_card(product) for product_id, product in products.items()},
        }
    )


def _item(item: dict[str, Any], standings: dict[str, TagState]) -> dict[str, Any]:
    decided = [
        {**found, "standing": standings.get(found["product_id"], TagState.OPEN).value}
        for found in item["suggestions"]
    ]
    return {**item, "suggestions": decided}


def _copy(post_id: str, photo: Photo, width: int) -> PhotoSizeOut:
    height = max(round(photo.height * width / photo.width), 1)
    return PhotoSizeOut(width=width, height=height, url=f"/v1/posts/{post_id}/photo?width={width}")
