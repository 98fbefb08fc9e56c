"""The pages' files."""

from typing import Annotated

from fastapi import APIRouter, Header
from starlette.exceptions import HTTPException
from starlette.responses import Response

from spark_vision_api.web.assets import assets

router = APIRouter(include_in_schema=False)
_FOR_EVER = "public, max-age=31536000, immutable"


@router.api_route("/static/{digest}/{name:path}", methods=["GET", "HEAD"])
async def show_file(digest: str, name: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
    """A file, packed where the browser reads that; kept for ever under the digest of what is served now."""
    held = assets()
    asset = held.get(name)
    if asset is None:
        raise HTTPException(404)
    headers = {"Cache-Control": _FOR_EVER if digest == held.digest else "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" not in accept_encoding:
        return Response(asset.data, headers=headers, media_type=asset.media_type)
    headers["Content-Encoding"] = "gzip"
    return Response(asset.packed, headers=headers, media_type=asset.media_type)
