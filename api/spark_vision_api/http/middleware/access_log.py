"""One line in the log and one count in the metrics for every request, without a word on who asked."""

from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spark_vision_api.http.metrics import Metrics

_log = structlog.get_logger("spark_vision_api.requests")
# Asked for every few seconds by machines; in the metrics, but not in the log.
_QUIET = frozenset(("/healthz", "/readyz", "/metrics"))
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class AccessLogMiddleware:
    """Logs request id, method, route, status and milliseconds. The route is the template: a path may
    hold ids, and a query words, that say something about people.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = perf_counter(), 499  # as nginx has it: the client went away

        async def send_watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        finally:
            self._tell(scope, status, perf_counter() - start)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = route_template(scope)
        self._metrics.answered(method, route, status, seconds)
        if route not in _QUIET:
            _log.info(
                "request",
                request_id=scope.get("state", {}).get("request_id", "-"),
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
            )


def route_template(scope: Scope) -> str:
    """The route that took a request, such as /v1/posts/{post_id}; `other` where none did."""
    template = getattr(scope.get("route"), "path", None)
    return template if isinstance(template, str) and template else "other"
