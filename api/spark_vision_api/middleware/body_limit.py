"""A bound on every request body, in bytes and in seconds, whatever its headers claim."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spark_vision_api.middleware.room import Operation
from spark_vision_api.problems import Problem, problem_response

_API = "/v1/"

# The rest of a body that was refused is not read: the connection ends with the answer.
_CLOSE = {"Connection": "close"}


@dataclass(frozen=True)
class BodyLimit:
    """What a body may take: bytes, and seconds within which it has to arrive."""

    bytes: int
    seconds: float

    @property
    def words(self) -> str:
        """What is said where it is too long."""
        return f"The body has more than {self.bytes:,} bytes, which is the bound."


@dataclass(frozen=True)
class BodyLimits:
    """The limit of each request. files: of operations that take pictures or feeds; api: of all others there,
    which take JSON; pages: of forms, a few short fields each. JSON and forms are read on the event loop.
    """

    files: Mapping[Operation, BodyLimit]
    api: BodyLimit
    pages: BodyLimit

    def of(self, method: str, path: str) -> BodyLimit:
        """The limit of a request, whether or not there is such an operation."""
        return self.files.get((method, path)) or (self.api if path.startswith(_API) else self.pages)


class BodyLimitMiddleware:
    """Counts what arrives, so that a chunked body or a false Content-Length is bounded as well."""

    def __init__(self, app: ASGIApp, limits: BodyLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limits.of(scope["method"], scope["path"])
        length = Headers(scope=scope).get("Content-Length", "0")
        # isdecimal() alone would let other scripts' digits through to int().
        if length.isascii() and length.isdecimal() and int(length[:20]) > limit.bytes:
            problem = Problem("body-too-large", 413, "The body is too large", limit.words)
            await problem_response(scope, problem, _CLOSE)(scope, receive, send)
            return
        bounded = _BoundedBody(receive, limit)
        await self._app(scope, bounded, send)


class _BoundedBody:
    """The `receive` of one request.

    It raises HTTPException, which all of the framework's readers let through: reading ends there, and
    the application answers with the problem of that status.
    """

    def __init__(self, receive: Receive, limit: BodyLimit) -> None:
        self._receive = receive
        self._limit = limit
        self._left = limit.bytes
        self._deadline: float | None = None
        self._ended = False

    async def __call__(self) -> Message:
        if self._ended:  # All that can come now is a disconnect, which may be waited for.
            return await self._receive()
        message = await self._in_time()
        self._left -= len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        if self._left < 0:
            raise HTTPException(413, self._limit.words, headers=_CLOSE)
        return message

    async def _in_time(self) -> Message:
        now = asyncio.get_running_loop().time()
        self._deadline = self._deadline or now + self._limit.seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._receive()
        except TimeoutError:
            detail = f"The body took more than {self._limit.seconds:g} seconds to arrive."
            raise HTTPException(408, detail, headers=_CLOSE) from None
