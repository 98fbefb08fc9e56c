"""Which hosts have stopped answering, so that a build does not wait for each of their pictures in turn."""

import threading
import time
from collections import defaultdict

_FAILURES = 10
_PAUSE_SECONDS = 15.0


class HostHealth:
    """A circuit breaker for each host; safe to share by threads.

    After _FAILURES requests in a row without an answer, one request every _PAUSE_SECONDS goes through.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[str, int] = defaultdict(int)
        self._next_try: dict[str, float] = {}

    def may_ask(self, host: str) -> bool:
        """Return whether a request to the host should be tried now."""
        with self._lock:
            if self._failures[host] < _FAILURES:
                return True
            now = time.monotonic()
            if now < self._next_try.get(host, 0.0):
                return False
            self._next_try[host] = now + _PAUSE_SECONDS
            return True

    def note(self, host: str, *, answered: bool) -> None:
        """Note how a request to the host ended."""
        with self._lock:
            self._failures[host] = 0 if answered else self._failures[host] + 1
            if self._failures[host] == _FAILURES:
                self._next_try[host] = time.monotonic() + _PAUSE_SECONDS
