"""The HTTP protocol of the server, with bounds on request heads, idle connections and slow readers.

uvicorn's own protocol takes a head of any length and waits for it for any time. httptools gives a long
header line in pieces that are joined one by one, so that a line without an end takes quadratic time on the
event loop that answers everybody. A proxy before the service usually bounds both; the service does not rely
on one.
"""

import asyncio
import socket
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from spark_vision_api.http.problems import Problem, problem_response

_MALFORMED = Problem("bad-request", 400, "Malformed HTTP request", "The request is not valid HTTP.")
_TOO_LARGE = Problem("head-too-large", 431, "The request head is too large", "Send smaller headers.")
_TOO_SLOW = Problem("head-too-slow", 408, "The request head is too slow", "Send the headers at once.")
_TOO_MANY = Problem("overloaded", 503, "The service is overloaded", "Too many open connections. Try again.")


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection. The attributes are its bounds.

    Attributes:
        max_head_bytes: Bytes of a request line with its headers, of trailers, and of a chunk's extension.
        head_seconds: Seconds from a connection's or a request's first byte to the end of its headers.
        stalled_seconds: Seconds in which a client must take what the connection holds for it.
        max_unread_bytes: Bytes of a body that are read on after its answer was sent.
        max_connections: Open connections, beyond which the one that has been idle longest is closed.
    """

    max_head_bytes = 64 * 1024
    head_seconds = 10.0
    stalled_seconds = 30.0
    max_unread_bytes = 1024 * 1024
    max_connections = 1000

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._since_progress = 0  # bytes that came after the last piece of a body or the last end of a head
        self._unread = 0
        self._in_head = True
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._idle_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Bound the connections, and give this one its time for a first request."""
        super().connection_made(transport)
        _end_when_nothing_is_taken(transport, self.stalled_seconds)
        self._idle_since = self.loop.time()
        if len(self.connections) > self.max_connections and not self._make_room():
            self._refuse(_TOO_MANY)
            return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers."""
        for timer in (self._head_timer, self._stall_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless a head, a trailer or an extension has no end."""
        if self.transport.is_closing():
            return
        if self._in_head and self._head_timer is None:
            self._await_head()
        self._since_progress += len(data)
        super().data_received(data)
        if self._since_progress > self.max_head_bytes and not self.transport.is_closing():
            self._refuse(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Start the request, if its head is within the bound."""
        self._in_head = False
        self._unread = self._since_progress = 0
        self._stop_waiting()
        head = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if head > self.max_head_bytes:
            self._refuse(_TOO_LARGE)
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body; after the answer, only so much."""
        self._since_progress = 0
        if self.transport.is_closing():
            return
        super().on_body(body)
        if self.cycle.response_complete:
            self._unread += len(body)
            if self._unread > self.max_unread_bytes:
                self.transport.abort()

    def on_message_complete(self) -> None:
        """Wait for the next request."""
        self._in_head = True
        self._since_progress = 0
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Note since when nothing is asked of the connection."""
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """End the connection if the client does not read on."""
        super().pause_writing()
        if self._stall_timer is None:
            self._stall_timer = self.loop.call_later(self.stalled_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
        super().resume_writing()

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered or sent beyond its head."""
        return self._in_head and (self.cycle is None or self.cycle.response_complete)

    def _make_room(self) -> bool:
        """Close the connection that has been idle longest; return whether there is one."""
        others = [one for one in self.connections if isinstance(one, BoundedHttpProtocol) and one is not self]
        idle = [one for one in others if one.is_idle and not one.transport.is_closing()]
        if not idle:
            return False
        min(idle, key=lambda one: one._idle_since).transport.abort()
        return True

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._head_is_late)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self.is_idle:
            self._refuse(_TOO_SLOW)
        elif self._in_head:  # the next request waits until this one is answered
            self._await_head()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP with a problem, as all other errors."""
        self._refuse(_MALFORMED)

    def _refuse(self, problem: Problem) -> None:
        """Answer with a problem if nothing was answered yet, and close the connection."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            answer = problem_response({}, problem, {"Connection": "close"})
            lines = [b"%b: %b\r\n" % header for header in answer.raw_headers]
            body = bytes(answer.body)
            self.transport.write(b"".join([STATUS_LINE[problem.status], *lines, b"\r\n", body]))
        self.transport.close()


def _end_when_nothing_is_taken(transport: asyncio.Transport, seconds: float) -> None:
    """Let the system end a connection whose client acknowledges nothing for some seconds, on Linux."""
    sock = transport.get_extra_info("socket")
    if sock is not None and hasattr(socket, "TCP_USER_TIMEOUT") and sock.family != socket.AF_UNIX:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
