"""One's own: posts and drafts, smiles, clicks, and what came of them."""

from fastapi import APIRouter
from starlette.responses import Response

from spark_vision_api.feed_page import Wanted, own_page
from spark_vision_api.routes.earnings import show_earnings
from spark_vision_api.schemas.feed import FeedOut
from spark_vision_api.shown import empty, shelf_of
from spark_vision_api.web.chart import bars
from spark_vision_api.web.pages.feed import After
from spark_vision_api.web.visit import Member

router = APIRouter(include_in_schema=False)
_POSTS = 48
_DAYS = 30
_ENTRIES = 20


@router.get("/me")
def show_me(visit: Member, after: After = "") -> Response:
    """What one has posted, and what it brought."""
    services = visit.services
    shop = services.live.loaded
    shelf = empty if shop is None else shelf_of(shop)
    answer = own_page(services, shelf, Wanted(f"own pages of {visit.actor.id}", _POSTS, after), visit.actor)
    found = FeedOut.model_validate_json(bytes(answer.body))
    earnings = show_earnings(services, visit.actor, days=_DAYS, limit=_ENTRIES)
    clicks = {post.post_id: post.clicks for post in earnings.posts}
    return visit.page(
        "me.html",
        groups=[(state, held) for state in _GROUPS if (held := [p for p in found.posts if p.state == state])],
        clicks=clicks,
        smiles=sum(post.smiles for post in found.posts),
        all_clicks=sum(clicks.values()),
        earnings=earnings,
        bars=bars(earnings.days),
        next=f"/me?after={found.next}" if found.next else "",
    )


_GROUPS = ("draft", "published", "hidden")
