"""Posting: the page around the editor, which talks to the API."""

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from spark_vision.core.post import Post
from spark_vision.tagging.context import get_own_post
from spark_vision_api.web.page_context import Member, PageContext

router = APIRouter(include_in_schema=False)


@router.get("/post")
async def show_new(visit: Member) -> Response:
    """A new post."""
    return visit.page("post.html", post_id="")


@router.get("/post/{post_id}")
async def show_post(visit: Member, post_id: str) -> Response:
    """A draft, or a post to change; for its poster alone."""
    post = await run_in_threadpool(_owned, visit, post_id)
    return visit.page("post.html", post_id=post.id)


def _owned(visit: PageContext, post_id: str) -> Post:
    with visit.services.store.reading() as work:
        return get_own_post(work, post_id, visit.actor)
