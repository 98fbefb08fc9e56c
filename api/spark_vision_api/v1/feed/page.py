"""Pages of posts as JSON, put together from what was written already."""

import json
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from spark_vision.core.account import ANONYMOUS, Actor
from spark_vision.core.earnings import Rates
from spark_vision.core.feed import FeedEntry, FeedFilter, Smiles
from spark_vision.core.post import Post
from spark_vision.core.product import Availability
from spark_vision.core.product_filter import ProductFilter
from spark_vision.core.tag import Tag
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.social.feed import Page, PageRequest, list_own_posts, read_feed
from spark_vision.tagging.context import PostWithTags
from spark_vision_api.presenters.posts import ProductLookup, post_out, product_lookup
from spark_vision_api.services import Services
from spark_vision_api.v1.feed.schemas import FeedPostOut
from spark_vision_api.v1.posts.schemas import PostOut

_BUYABLE = tuple(held for held in Availability if held is not Availability.OUT_OF_STOCK)


@dataclass(frozen=True, slots=True)
class ListingRequest:
    """Which page of which list. listing: all that the list depends on, so that cursors fit no other."""

    listing: str
    limit: int
    cursor: str


async def run_bounded(services: Services, page: Callable[[], Response]) -> Response:
    """A page, made when its turn comes: pages are made by few threads, since many would only be in each
    other's way. Raises OverloadedError at once where too many wait.
    """
    with services.pages.admit():
        return await services.pages.run(page)


def feed_page(
    services: Services, shop: LoadedIndex | None, asked: FeedFilter, wanted: ListingRequest, actor: Actor
) -> Response:
    """A page of published posts, as everybody sees them; raises CursorError."""
    written = _CachedPosts(services, "" if shop is None else shop.gallery.version)
    behind = services.cursors.read(wanted.cursor, wanted.listing)
    page = read_feed(services.store, asked, PageRequest(actor, behind, wanted.limit, written.known))
    shelf = product_lookup(shop)
    for post in page.posts.values():
        written.add(post, page.tags[post.id], shelf)
    return _answer(services, page, written.found, wanted.listing)


def own_page(services: Services, shelf: ProductLookup, wanted: ListingRequest, actor: Actor) -> Response:
    """A page of one's own posts, with all their tags; raises CursorError, AuthenticationRequiredError."""
    behind = services.cursors.read(wanted.cursor, wanted.listing)
    page = list_own_posts(services.store, PageRequest(actor, behind, wanted.limit))
    shown = {
        post.id: _fragment(
            post_out(PostWithTags(post, tuple(page.tags[post.id])), shelf, actor), services.rates
        )
        for post in page.posts.values()
    }
    return _answer(services, page, shown, wanted.listing)


def buyable_in(shop: LoadedIndex | None, category: str) -> list[str]:
    """The products of a category whose tags are shown now."""
    if shop is None:
        return []
    return shop.gallery.product_ids(ProductFilter(category=category, availability=_BUYABLE))


class _CachedPosts:
    """The posts of one page that are written, on one index version."""

    def __init__(self, services: Services, index_version: str) -> None:
        self._fragments = services.fragments
        self._rates = services.rates
        self._index_version = index_version
        self.found: dict[str, bytes] = {}

    def known(self, places: Sequence[FeedEntry]) -> Container[str]:
        self.found = self._fragments.get_many(
            (place.id, place.version, self._index_version) for place in places
        )
        return self.found

    def add(self, post: Post, tags: list[Tag], shelf: ProductLookup) -> None:
        fragment = _fragment(post_out(PostWithTags(post, tuple(tags)), shelf, ANONYMOUS), self._rates)
        self.found[post.id] = fragment
        self._fragments.put((post.id, post.version, self._index_version), fragment)


def seen_post(post: PostOut, smiles: Smiles, rates: Rates) -> FeedPostOut:
    """A post as one of a page would be."""
    return FeedPostOut(**dict(post), smiles=smiles.count, smiled=smiles.mine, earns=_earns(post, rates))


def _fragment(post: PostOut, rates: Rates) -> bytes:
    earns = b"true" if _earns(post, rates) else b"false"
    return b'{"earns":%b,' % earns + post.model_dump_json().encode()[1:]


def _earns(post: PostOut, rates: Rates) -> bool:
    return any(tag.product is not None and rates.of(tag.product.product_type) > 0 for tag in post.tags)


def _answer(services: Services, page: Page, shown: dict[str, bytes], listing: str) -> Response:
    # A post that was removed between two queries of the page is in neither.
    places = [place for place in page.places if place.id in shown]
    posts = b",".join(_with_smiles(shown[place.id], place) for place in places)
    last = page.places[-1] if page.more else None
    cursor = None if last is None else services.cursors.write(listing, last.at, last.id)
    body = b'{"posts":[' + posts + b'],"next":' + json.dumps(cursor).encode() + b"}"
    return Response(body, media_type="application/json")


def _with_smiles(fragment: bytes, place: FeedEntry) -> bytes:
    mine = b"true" if place.smiled else b"false"
    return b'{"smiles":%d,"smiled":%b,' % (place.smiles, mine) + fragment[1:]
