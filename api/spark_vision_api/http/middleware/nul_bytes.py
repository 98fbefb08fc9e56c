"""Addresses that nothing has: a NUL, which no file system takes and PostgreSQL will not look for."""

from starlette.types import ASGIApp, Receive, Scope, Send

from spark_vision_api.http.problems import Problem, problem_response

_PROBLEM = Problem("bad-request", 400, "The request cannot be read", "The address holds a NUL character.")


class NulByteMiddleware:
    """Refuses a NUL in the path or the query, once for all operations."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope.get("query_string", b"")
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in query or b"\0" in query):
            await problem_response(scope, _PROBLEM)(scope, receive, send)
            return
        await self._app(scope, receive, send)
