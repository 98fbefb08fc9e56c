"""After the first sign-in: a shop to look things up in."""

from fastapi import APIRouter
from starlette.responses import Response

from spark_vision_api.web.page_context import PageContext, Team

router = APIRouter(include_in_schema=False)


@router.get("/start")
async def show_start(visit: Team) -> Response:
    """The demo shop one click away, and how it goes on."""
    return _page(visit)


@router.post("/start/demo")
async def start_demo(visit: Team) -> Response:
    """Index the demo shop in the background."""
    visit.services.demo.start()
    return visit.go("/start")


def _page(visit: PageContext) -> Response:
    live, job = visit.services.live, visit.services.demo.state
    # Built, but not picked up yet: that takes a second.
    going = job.running or (job.step != "" and not job.error and live.served_version is None)
    return visit.page("start.html", served=live.served_version, job=job, going=going)
