"""A bound on every request body, in bytes and in seconds, whatever its headers claim."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spark_vision_api.problems import Problem, problem_response

# The rest of a body that was refused is not read: the connection ends with the answer.
_CLOSE = {"Connection": "close"}


class BodyLimitMiddleware:
    """Counts what arrives, so that a chunked body or a false Content-Length is bounded as well."""

    def __init__(self, app: ASGIApp, max_bytes: int, max_seconds: float) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("Content-Length", "0")
        # isdecimal() alone would let other scripts' digits through to int().
        if length.isascii() and length.isdecimal() and int(length[:20]) > self._max_bytes:
            problem = Problem("body-too-large", 413, "The body is too large", self._too_large)
            await problem_response(scope, problem, _CLOSE)(scope, receive, send)
            return
        bounded = _BoundedBody(receive, self._max_bytes, self._max_seconds, self._too_large)
        await self._app(scope, bounded, send)

    @property
    def _too_large(self) -> str:
        return f"The body has more than {self._max_bytes:,} bytes, which is the bound."


class _BoundedBody:
    """The `receive` of one request.

    It raises HTTPException, which all of the framework's readers let through: reading ends there, and
    the application answers with the problem of that status.
    """

    def __init__(self, receive: Receive, max_bytes: int, max_seconds: float, too_large: str) -> None:
        self._receive = receive
        self._left = max_bytes
        self._max_seconds = max_seconds
        self._deadline: float | None = None
        self._too_large = too_large
        self._ended = False

    async def __call__(self) -> Message:
        if self._ended:  # All that can come now is a disconnect, which may be waited for.
            return await self._receive()
        message = await self._in_time()
        self._left -= len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        if self._left < 0:
            raise HTTPException(413, self._too_large, headers=_CLOSE)
        return message

    async def _in_time(self) -> Message:
        now = asyncio.get_running_loop().time()
        self._deadline = self._deadline or now + self._max_seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._receive()
        except TimeoutError:
            detail = f"The body took more than {self._max_seconds:g} seconds to arrive."
            raise HTTPException(408, detail, headers=_CLOSE) from None
