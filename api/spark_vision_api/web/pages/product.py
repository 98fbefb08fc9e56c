"""A product: what it is, what it costs, and who shows it."""

from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from spark_vision.core.feed import FeedFilter
from spark_vision.core.product import Product
from spark_vision.earnings.clicks import is_web_page
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision_api.http.error_handlers import ProductNotFoundError
from spark_vision_api.presenters.posts import product_lookup
from spark_vision_api.services import LoadedShop
from spark_vision_api.v1.feed.page import run_bounded
from spark_vision_api.web.page_context import Browser, PageContext
from spark_vision_api.web.pages.feed import After, page_of

router = APIRouter(include_in_schema=False)
_FACTS = ("brand", "color", "material", "pattern", "size")


@router.get("/products/{product_id:path}")
async def show_product(visit: Browser, product_id: str, shop: LoadedShop, after: After = "") -> Response:
    """Pictures, price, availability, and the posts that it was tagged in."""
    return await run_bounded(visit.services, partial(_product, visit, product_id, shop, after))


def _product(visit: PageContext, product_id: str, shop: LoadedIndex, after: str) -> Response:
    product = product_lookup(shop)(product_id)
    if product is None:
        raise ProductNotFoundError(f"The shop has no product {product_id[:100]!r} now.")
    found = page_of(visit, FeedFilter(product_id=product.id), f"pages with {product.id}", after)
    return visit.page(
        "product.html",
        product=product,
        facts=_facts(product),
        version=shop.gallery.version,
        link=product.link if is_web_page(product.link) else "",
        posts=found.posts,
        next=f"{visit.request.url.path}?after={found.next}" if found.next else "",
    )


def _facts(product: Product) -> list[tuple[str, str]]:
    return [(name, value) for name in _FACTS if (value := getattr(product, name))]
