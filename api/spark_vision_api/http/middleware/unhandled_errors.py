"""Where an exception that nobody foresaw ends: in the log with the request's id, not with the client."""

import logging

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spark_vision_api.http.problems import internal_problem, problem_response

_log = logging.getLogger(__name__)


class UnhandledErrorMiddleware:
    """Answers with a problem; where the answer had begun already, the connection is broken off."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        except ClientDisconnect:
            pass  # There is nobody to answer, and nothing went wrong here.
        except Exception:
            request_id = scope.get("state", {}).get("request_id", "-")
            _log.exception("request %s: %s %s failed", request_id, scope["method"], scope["path"])
            if begun:
                raise
            await problem_response(scope, internal_problem())(scope, receive, send)
