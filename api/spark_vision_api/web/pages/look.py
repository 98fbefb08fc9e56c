"""Looking something up by a photo that is not kept."""

from fastapi import APIRouter
from starlette.responses import Response

from spark_vision_api.web.page_context import Browser

router = APIRouter(include_in_schema=False)


@router.get("/look")
async def show_look(visit: Browser) -> Response:
    """Where one drops a photo and sees what the shop has."""
    return visit.page("look.html")
