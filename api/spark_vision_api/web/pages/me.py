"""One's own: posts and drafts, smiles, clicks, and what came of them."""

from fastapi import APIRouter
from starlette.responses import Response

from spark_vision.core.post import PostState
from spark_vision.social.account_summary import get_account_summary
from spark_vision.tagging.context import PostWithTags
from spark_vision_api.presenters.posts import post_out, product_lookup
from spark_vision_api.v1.earnings.routes import show_earnings
from spark_vision_api.v1.feed.page import ListingRequest, own_page
from spark_vision_api.v1.feed.schemas import FeedOut
from spark_vision_api.web.chart import bars
from spark_vision_api.web.page_context import Member
from spark_vision_api.web.pages.feed import After

router = APIRouter(include_in_schema=False)
_POSTS = 48
_DAYS = 30
_ENTRIES = 20


@router.get("/me")
def show_me(visit: Member, after: After = "") -> Response:
    """What one has posted, and what it brought; the newest drafts come first, whenever they were made."""
    services = visit.services
    shop = services.live.loaded
    shelf = product_lookup(shop)
    answer = own_page(
        services, shelf, ListingRequest(f"own pages of {visit.actor.id}", _POSTS, after), visit.actor
    )
    found = FeedOut.model_validate_json(bytes(answer.body))
    earnings = show_earnings(services, visit.actor, days=_DAYS, limit=_ENTRIES)
    own = get_account_summary(services.store, visit.actor, _POSTS)
    first = [post_out(PostWithTags(draft, ()), shelf, visit.actor) for draft in own.drafts]
    shown = {draft.id for draft in first}
    posts = [*(() if after else first), *(post for post in found.posts if post.id not in shown)]
    if after and not posts:  # All that is here stood on the first page already.
        return visit.go(_link(found.next))
    more = found.next is not None and len(posts) < sum(own.posts.values())
    return visit.page(
        "me.html",
        groups=[(state, held) for state in PostState if (held := [p for p in posts if p.state == state])],
        own=own,
        earnings=earnings,
        bars=bars(earnings.days),
        next=_link(found.next) if more else "",
    )


def _link(cursor: str | None) -> str:
    return f"/me?after={cursor}" if cursor else "/me"
