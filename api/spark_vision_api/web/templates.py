"""Templates to HTML, with the policy that a browser holds them to."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from spark_vision_api.web.assets import assets
from spark_vision_api.web.crop import points

FOLDER = Path(__file__).resolve().parent / "templates"
# Nothing from elsewhere, nothing inline. `blob:` is the photo that the visitor has just chosen; `data:` the
# few icons in Pico's style sheet.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",  # What it says depends on who is signed in.
    "Vary": "Cookie, Accept-Language, HX-Request",
}


@cache
def environment() -> Environment:
    """All text is escaped; a name that is not given is an error."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = assets().url
    made.filters["path"] = quote
    made.filters["picture"] = picture
    made.filters["points"] = points
    return made


def picture(product_id: str, size: int, image: str = "", version: str = "") -> str:
    """The address of a product's picture; with a version it may be kept for ever."""
    query = {"size": size} | ({"image": image} if image else {}) | ({"v": version} if version else {})
    return f"/v1/products/{quote(product_id)}/image?{urlencode(query)}"


def render(name: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A template as an answer."""
    return HTMLResponse(environment().get_template(name).render(values), status, headers=_HEADERS)
