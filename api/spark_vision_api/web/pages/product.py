"""A product: what it is, what it costs, and who shows it."""

from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from spark_vision.core.errors import NotFoundError
from spark_vision.core.feed import FeedFilter
from spark_vision.core.product import Product
from spark_vision.earnings.clicks import is_web_page
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.tagging.context import get_visible_post
from spark_vision_api.http.error_handlers import ProductNotFoundError
from spark_vision_api.presenters.posts import product_lookup
from spark_vision_api.services import LoadedShop
from spark_vision_api.v1.feed.page import run_bounded
from spark_vision_api.web.page_context import Browser, PageContext
from spark_vision_api.web.pages.feed import After, page_of

router = APIRouter(include_in_schema=False)
Tag = Annotated[str, Query(max_length=100)]
_FACTS = ("brand", "color", "material", "pattern", "size")


@router.get("/products/{product_id:path}")
async def show_product(
    visit: Browser, product_id: str, shop: LoadedShop, after: After = "", tag: Tag = ""
) -> Response:
    """Show pictures, price, availability, and the posts that it was tagged in.

    tag: of the post from which the visitor came, whose poster the way to the shop counts for.
    """
    return await run_bounded(visit.services, partial(_product, visit, product_id, shop, after, tag))


def _product(visit: PageContext, product_id: str, shop: LoadedIndex, after: str, tag: str) -> Response:
    product = product_lookup(shop)(product_id)
    if product is None:
        raise ProductNotFoundError(f"The shop has no product {product_id[:100]!r} now.")
    link = product.link if is_web_page(product.link) else ""
    if link and _is_tag_of(visit, tag, product.id):
        link = f"/v1/shop/{tag}"
    found = page_of(visit, FeedFilter(product_id=product.id), f"pages with {product.id}", after)
    return visit.page(
        "product.html",
        product=product,
        facts=_facts(product),
        version=shop.gallery.version,
        link=link,
        posts=found.posts,
        next=f"{visit.request.url.path}?{urlencode({'after': found.next, 'tag': tag})}" if found.next else "",
    )


def _is_tag_of(visit: PageContext, tag_id: str, product_id: str) -> bool:
    """Return whether the visitor may see such a tag, and it is one of the product."""
    with visit.services.store.reading() as work:
        tag = work.tags.get(tag_id) if tag_id else None
        if tag is None or tag.product_id != product_id:
            return False
        try:
            get_visible_post(work, tag.post_id, visit.actor)
        except NotFoundError:
            return False
    return True


def _facts(product: Product) -> list[tuple[str, str]]:
    return [(name, value) for name in _FACTS if (value := getattr(product, name))]
