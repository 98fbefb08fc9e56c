"""JSON bodies, read as they were meant: no key twice."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


class _StrictRequest(Request):
    async def json(self) -> Any:
        body = await self.body()
        try:
            return json.loads(body, object_pairs_hook=unique_keys)
        except json.JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            raise HTTPException(400, f"The body is JSON that cannot be read: {error}.") from error


class StrictJsonRoute(APIRoute):
    """For routers whose operations take JSON bodies: `APIRouter(route_class=StrictJsonRoute)`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a request that reads strictly."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return strict


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that has a key twice, where JSON readers differ in which one they take, or one that
    is no text: half a surrogate pair, which no answer could name.
    """
    value = dict(pairs)
    "".join(value).encode()
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value
