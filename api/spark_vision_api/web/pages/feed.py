"""What everybody sees: the feed, a poster's posts, one post, and smiles."""

from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from spark_vision.core.errors import NotFoundError
from spark_vision.core.feed import FeedFilter
from spark_vision.core.product import category_steps
from spark_vision.social.feed import smile, unsmile
from spark_vision.tagging.context import ANY_VERSION, get_visible_post, load_with_tags
from spark_vision.tagging.posts import hide
from spark_vision_api.http.cursors import MAX_LENGTH
from spark_vision_api.presenters.posts import post_out, product_lookup
from spark_vision_api.v1.feed.page import ListingRequest, buyable_in, feed_page, run_bounded, seen_post
from spark_vision_api.v1.feed.schemas import FeedOut, FeedPostOut
from spark_vision_api.web.interests import interests
from spark_vision_api.web.page_context import Browser, Member, PageContext

router = APIRouter(include_in_schema=False)
PAGE = 12
After = Annotated[str, Query(max_length=MAX_LENGTH)]


def page_of(visit: PageContext, asked: FeedFilter, listing: str, cursor: str) -> FeedOut:
    """A page of posts, as the API answers it."""
    services = visit.services
    wanted = ListingRequest(listing, PAGE, cursor)
    answer = feed_page(services, services.live.loaded, asked, wanted, visit.actor)
    return FeedOut.model_validate_json(bytes(answer.body))


@router.get("/")
async def show_feed(
    visit: Browser, interest: Annotated[str, Query(max_length=750)] = "", after: After = ""
) -> Response:
    """The newest posts, of one interest or of all."""
    return await run_bounded(visit.services, partial(_feed, visit, interest, after))


def _feed(visit: PageContext, interest: str, after: str) -> Response:
    shop = visit.services.live.loaded
    asked = FeedFilter(any_of=buyable_in(shop, interest)) if interest else FeedFilter()
    found = page_of(visit, asked, f"pages {interest}", after)
    steps = category_steps(interest)
    query = {"interest": interest} if interest else {}
    return visit.page(
        "feed.html",
        title=steps[-1] if steps else visit.words("feed.title"),
        heading="",
        posts=found.posts,
        next=f"/?{urlencode({**query, 'after': found.next})}" if found.next else "",
        interest=interest,
        interests=interests(shop),
    )


@router.get("/people/{account_id}")
async def show_person(visit: Browser, account_id: str, after: After = "") -> Response:
    """What one account has posted."""
    return await run_bounded(visit.services, partial(_person, visit, account_id, after))


def _person(visit: PageContext, account_id: str, after: str) -> Response:
    with visit.services.store.reading() as work:
        account = work.accounts.get(account_id)
    if account is None:
        raise NotFoundError(f"There is nobody {account_id[:100]!r}.")
    found = page_of(visit, FeedFilter(poster_id=account.id), f"pages of {account.id}", after)
    title = visit.words("people.title", name=account.name)
    path = f"/people/{account.id}?{urlencode({'after': found.next})}" if found.next else ""
    return visit.page(
        "feed.html", title=title, heading=title, posts=found.posts, next=path, interest="", interests=()
    )


@router.get("/posts/{post_id}")
def show_post(visit: Browser, post_id: str) -> Response:
    """One post."""
    post = _post(visit, post_id)
    return visit.page("post_page.html", post=post, mine=post.poster.id == visit.actor.id)


@router.post("/posts/{post_id}/smile")
def smile_at(visit: Member, post_id: str) -> Response:
    """Smile at a post, or no longer."""
    store = visit.services.store
    if visit.fields.get("on") == "no":
        unsmile(store, post_id, visit.actor)
    else:
        smile(store, post_id, visit.actor, visit.now)
    if "HX-Request" in visit.request.headers:
        return visit.page("smile.html", post=_post(visit, post_id))
    return visit.go(f"/posts/{post_id}")


@router.post("/posts/{post_id}/hide")
def hide_post(visit: Member, post_id: str) -> Response:
    """Show a post to its poster alone."""
    hide(visit.services.room, visit.actor, post_id, ANY_VERSION)
    return visit.go(f"/posts/{post_id}")


def _post(visit: PageContext, post_id: str) -> FeedPostOut:
    services, actor = visit.services, visit.actor
    shop = services.live.loaded
    with services.store.reading() as work:
        held = load_with_tags(work, get_visible_post(work, post_id, actor))
        smiles = work.feed.smiles(post_id, actor.id)
    shown = post_out(held, product_lookup(shop), actor)
    return seen_post(shown, smiles, services.rates)
