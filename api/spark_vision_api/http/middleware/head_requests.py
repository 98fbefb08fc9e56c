"""HEAD wherever there is GET: the same status and headers, without the body."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_IS_HEAD = "is_head"


class HeadRequestMiddleware:
    """Answers HEAD as GET, and drops the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        scope.setdefault("state", {})[_IS_HEAD] = True
        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, send_head)
        finally:
            if "route" in asked:  # for the log and the metrics
                scope["route"] = asked["route"]


def is_head(request: Request) -> bool:
    """Return whether a request that a GET operation sees came as HEAD."""
    return bool(request.scope.get("state", {}).get(_IS_HEAD))
