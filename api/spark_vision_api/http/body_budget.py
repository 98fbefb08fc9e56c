"""Room for bodies: how much memory those take that are on their way."""

from collections import Counter

from spark_vision_api.http.error_handlers import OverloadedError


class RequestBodyBudget:
    """At most `most` bytes of bodies that have begun to come and are not all there, `share` of them from one
    address; used from the event loop alone.

    A body has its place at a gate once it is there, so that one that comes slowly keeps nobody else from one.
    What is bounded till then is what it takes: a connection that sends nothing takes nothing.
    """

    def __init__(self, most: int, share: int) -> None:
        self._most, self._share = most, share
        self._of: Counter[str] = Counter()
        self.held = 0

    def take(self, address: str, size: int) -> None:
        """Keep what came of a body; raises OverloadedError where there is no room for it."""
        if self._of[address] + size > self._share:
            raise OverloadedError("Other bodies are on their way from your address; try again soon.")
        if self.held + size > self._most:
            raise OverloadedError("Other bodies are on their way; try again soon.")
        self.held += size
        self._of[address] += size

    def give_back(self, address: str, size: int) -> None:
        """A body is all there, or was given up: so much of it was kept."""
        self.held -= size
        self._of[address] -= size
        if not self._of[address]:
            del self._of[address]
