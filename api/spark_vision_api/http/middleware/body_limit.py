"""A bound on every request body, in bytes and in seconds, whatever its headers claim."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spark_vision_api.http.body_budget import RequestBodyBudget
from spark_vision_api.http.error_handlers import OverloadedError
from spark_vision_api.http.middleware.load_shedding import Operation
from spark_vision_api.http.middleware.rate_limit import subscriber_of
from spark_vision_api.http.problems import API, Problem, problem_response

# The rest of a body that was refused is not read: the connection ends with the answer.
_CLOSE = {"Connection": "close"}


@dataclass(frozen=True)
class BodyLimit:
    """What a body may take: bytes, and seconds within which it has to arrive.

    kept: whether it lies in memory until all of it is there; a feed goes to a file as it comes.
    """

    bytes: int
    seconds: float
    kept: bool = True

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
        return self.files.get((method, path)) or (self.api if path.startswith(API) else self.pages)


class BodyLimitMiddleware:
    """Counts what arrives, so that a chunked body or a false Content-Length is bounded as well.

    room: what all bodies that are kept while they come have together.
    """

    def __init__(self, app: ASGIApp, limits: BodyLimits, room: RequestBodyBudget) -> None:
        self._app = app
        self._limits = limits
        self._room = room

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
        bounded = _BoundedBody(receive, limit, self._room, scope)
        try:
            await self._app(scope, bounded, send)
        finally:
            bounded.give_back()


class _BoundedBody:
    """The `receive` of one request.

    It raises HTTPException, which all of the framework's readers let through: reading ends there, and
    the application answers with the problem of that status.
    """

    def __init__(self, receive: Receive, limit: BodyLimit, room: RequestBodyBudget, scope: Scope) -> None:
        self._receive = receive
        self._limit = limit
        self._room = room
        self._scope = scope
        self._address = ""
        self._kept = 0
        self._left = limit.bytes
        self._deadline: float | None = None
        self._ended = False

    async def __call__(self) -> Message:
        if self._ended:  # All that can come now is a disconnect, which may be waited for.
            return await self._receive()
        message = await self._in_time()
        size = len(message.get("body", b""))
        self._left -= size
        self._ended = not message.get("more_body", False)
        if self._left < 0:
            raise HTTPException(413, self._limit.words, headers=_CLOSE)
        if self._ended:
            self.give_back()
        elif self._limit.kept:
            self._keep(size)
        return message

    def give_back(self) -> None:
        """Nothing more of it is on its way."""
        if self._kept:
            self._room.give_back(self._address, self._kept)
            self._kept = 0

    def _keep(self, size: int) -> None:
        if not self._kept:  # Most requests have no body, or one that comes in one piece.
            self._address = subscriber_of(self._scope)
        try:
            self._room.take(self._address, size)
        except OverloadedError as error:
            raise HTTPException(503, error.message, headers=_CLOSE) from None
        self._kept += size

    async def _in_time(self) -> Message:
        now = asyncio.get_running_loop().time()
        self._deadline = self._deadline or now + self._limit.seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._receive()
        except TimeoutError:
            detail = f"The body took more than {self._limit.seconds:g} seconds to arrive."
            raise HTTPException(408, detail, headers=_CLOSE) from None
