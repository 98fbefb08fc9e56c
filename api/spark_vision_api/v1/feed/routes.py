"""The feed, one's own posts, who wore a product, and smiles."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from spark_vision.core.errors import NotFoundError, StoreUnavailableError
from spark_vision.core.feed import FeedFilter, Smiles
from spark_vision.core.ids import value_digest
from spark_vision.social.feed import smile, unsmile
from spark_vision_api.auth.access import AnyActor, Member
from spark_vision_api.http.cursors import MAX_LENGTH
from spark_vision_api.http.error_handlers import CursorError, OverloadedError, ProductNotFoundError
from spark_vision_api.openapi import problems
from spark_vision_api.presenters.posts import ProductLookupDep, hidden_because, product_lookup
from spark_vision_api.services import ServicesDep
from spark_vision_api.v1.feed.page import ListingRequest, buyable_in, feed_page, own_page, run_bounded
from spark_vision_api.v1.feed.schemas import FeedOut, SmilesOut

router = APIRouter(prefix="/v1", tags=["feed"])
_NOTHING = FeedFilter(any_of=())
Limit = Annotated[int, Query(ge=1, le=50, description="Posts a page.")]
Cursor = Annotated[str, Query(max_length=MAX_LENGTH, description="`next` of the page before.")]
PostId = Annotated[str, Path(max_length=100, examples=["0f2c6ad1b0f34a7f9a3a9d1f5f3f6e55"])]
Text = Annotated[str, Query(max_length=750)]


@router.get(
    "/posts",
    summary="List the feed",
    response_model=FeedOut,
    responses=problems(CursorError, OverloadedError, StoreUnavailableError),
)
async def show_feed(
    services: ServicesDep,
    actor: AnyActor,
    limit: Limit = 20,
    cursor: Cursor = "",
    product: Annotated[Text, Query(description="Posts with a tag of this product.")] = "",
    poster: Annotated[str, Query(max_length=100, description="Posts of this account, by its id.")] = "",
    category: Annotated[Text, Query(description="Posts with a tag of this category.")] = "",
) -> Response:
    """Published posts, newest first, as everybody sees them: tags of what cannot be bought now are hidden."""

    def page() -> Response:
        shop = services.live.loaded
        shelf = product_lookup(shop)
        asked = FeedFilter(poster or None, product or None, buyable_in(shop, category) if category else None)
        if product and hidden_because(shelf(product)) is not None:
            asked = _NOTHING
        listing = f"feed {value_digest([product, poster, category])}"
        return feed_page(services, shop, asked, ListingRequest(listing, limit, cursor), actor)

    return await run_bounded(services, page)


@router.get(
    "/me/posts",
    summary="List your own posts",
    response_model=FeedOut,
    responses=problems(CursorError, OverloadedError, StoreUnavailableError),
)
async def show_own_posts(
    services: ServicesDep, shelf: ProductLookupDep, actor: Member, limit: Limit = 20, cursor: Cursor = ""
) -> Response:
    """Your posts in any state, by when they were made, newest first, with all their tags."""
    wanted = ListingRequest(f"posts of {actor.id}", limit, cursor)
    return await run_bounded(services, partial(own_page, services, shelf, wanted, actor))


# Stands before the product itself, whose path would swallow `/posts`.
@router.get(
    "/products/{product_id:path}/posts",
    summary="List posts with a product",
    response_model=FeedOut,
    responses=problems(CursorError, ProductNotFoundError, OverloadedError, StoreUnavailableError),
)
async def show_product_posts(
    services: ServicesDep,
    actor: AnyActor,
    product_id: Annotated[str, Path(description="May hold slashes.", examples=["golden-delicious"])],
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Response:
    """Published posts with a tag of the product, newest first; none while it cannot be bought."""
    shop = services.live.loaded
    product = product_lookup(shop)(product_id)
    if product is None:
        raise ProductNotFoundError(f"The shop has no product {product_id[:100]!r} now.")
    asked = FeedFilter(product_id=product_id) if hidden_because(product) is None else _NOTHING
    wanted = ListingRequest(f"worn {value_digest(product_id)}", limit, cursor)
    return await run_bounded(services, partial(feed_page, services, shop, asked, wanted, actor))


@router.put(
    "/posts/{post_id}/smile",
    summary="Smile at a post",
    responses=problems(NotFoundError, StoreUnavailableError),
)
def put_smile(post_id: PostId, services: ServicesDep, actor: Member) -> SmilesOut:
    """Smile at a post. It pleases its poster, and changes nothing else: no match, no order of the feed."""
    return _smiles(smile(services.store, post_id, actor, datetime.now(UTC)))


@router.delete(
    "/posts/{post_id}/smile",
    summary="Take a smile back",
    responses=problems(NotFoundError, StoreUnavailableError),
)
def delete_smile(post_id: PostId, services: ServicesDep, actor: Member) -> SmilesOut:
    """Take a smile back; nothing changes where there is none."""
    return _smiles(unsmile(services.store, post_id, actor))


def _smiles(smiles: Smiles) -> SmilesOut:
    return SmilesOut(smiles=smiles.count, smiled=smiles.mine)
