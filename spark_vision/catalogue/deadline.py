"""Connections that end in time: a server that sends a byte now and then does not hold a thread for ever."""

import ssl
import threading
import time
from typing import Any

import httpcore


class Deadline(threading.local):
    """The moment (time.monotonic) at which this thread's request ends."""

    moment: float = float("inf")

    def left(self, timeout: float | None) -> float | None:
        """A timeout that does not go beyond the moment; raises httpcore.ReadTimeout after it."""
        left = self.moment - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("it takes too long")
        if left == float("inf"):
            return timeout
        return left if timeout is None else min(left, timeout)


class TimedStream(httpcore.NetworkStream):
    """A connection whose reads and writes end at a deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See NetworkStream."""
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See NetworkStream."""
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        """See NetworkStream."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """See NetworkStream."""
        wrapped = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return TimedStream(wrapped, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """See NetworkStream."""
        return self._stream.get_extra_info(info)
