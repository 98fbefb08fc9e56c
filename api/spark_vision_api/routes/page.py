"""The page: one file of HTML, one of CSS, one ES module, served from the package."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

_WEB = Path(__file__).resolve().parent.parent / "web"
# Nothing from elsewhere, nothing inline; `blob:` is the photo that the visitor has just chosen.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def show_page() -> FileResponse:
    """Where one drops a photo and sees what the shop has."""
    return FileResponse(_WEB / "index.html", headers=_HEADERS, media_type="text/html")


class _Files(StaticFiles):
    """Asked for again each time, and answered with 304 where nothing has changed."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def static_files() -> StaticFiles:
    """The page's style, script and icon."""
    return _Files(directory=_WEB / "static")
