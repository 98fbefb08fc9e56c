"""Headers that keep browsers and caches from doing with an answer what it is not for."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spark_vision_api.http.caching import VARY_CREDENTIALS
from spark_vision_api.http.problems import API

# Nothing may be loaded by an answer of the API; a page brings a policy of its own.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

# What says nothing of caches depends on who asks, or is not worth it. A browser may go back to a page.
_HTTPS_ONLY = "max-age=31536000"
_UNCACHED_API = {"Cache-Control": "no-store"}
_UNCACHED_PAGE = {"Cache-Control": "private, no-cache", "Vary": VARY_CREDENTIALS}


class SecurityHeadersMiddleware:
    """Adds the headers that an answer does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", _HTTPS_ONLY)
                if "Cache-Control" not in headers:
                    headers.update(_UNCACHED_API if scope["path"].startswith(API) else _UNCACHED_PAGE)
            await send(message)

        await self._app(scope, receive, send_guarded)
