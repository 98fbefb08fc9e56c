"""Room for pixels: how much memory pictures take that are being worked on."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from spark_vision_api.http.error_handlers import OverloadedError

_PATIENCE_SECONDS = 5.0


class PixelBudget:
    """At most `most` pixels at the same time, taken in the order in which threads come; thread-safe.

    A photo's file says little of its pixels: a few kilobytes may be hundreds of megabytes. Kinds of which
    a pixel takes more memory than another count for more pixels (`OpenedPicture.cost`).
    patience: seconds that a thread waits for its turn.
    """

    def __init__(self, most: int, patience: float = _PATIENCE_SECONDS) -> None:
        self._most, self._patience = most, patience
        self._changed = Condition()
        self._waiting: deque[object] = deque()
        self.held = 0

    @contextmanager
    def hold(self, pixels: int) -> Iterator[None]:
        """Have room for so many for the time of a block, once there is; more than all of it is all of it.

        Raises OverloadedError where that takes too long.
        """
        pixels = min(pixels, self._most)
        self._take(pixels)
        try:
            yield
        finally:
            with self._changed:
                self.held -= pixels
                self._changed.notify_all()

    def _take(self, pixels: int) -> None:
        me = object()
        with self._changed:
            self._waiting.append(me)
            try:
                is_my_turn = self._changed.wait_for(
                    lambda: self._waiting[0] is me and self.held + pixels <= self._most, self._patience
                )
                if not is_my_turn:
                    raise OverloadedError("Other big pictures are being worked on; try again soon.")
                self.held += pixels
            finally:
                self._waiting.remove(me)
                self._changed.notify_all()
