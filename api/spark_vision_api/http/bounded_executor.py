"""Work for a processor, off the event loop and bounded: some at once, some waiting, the rest refused."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from spark_vision_api.http.error_handlers import OverloadedError

T = TypeVar("T")
# Enough for the loop to be answered first, little enough for a look-up not to starve beside other processes.
_NICER = 5


class BoundedExecutor:
    """`at_once` threads, and room for `waiting` more requests; used from the event loop alone.

    gives_way: for work that keeps a processor busy; where the system can (Linux), its threads let the event
    loop and whoever else answers in a moment go first: a refusal must not wait for what is refused.
    A request is admitted once its body is there: one that comes slowly, or never, would keep others out. What
    is in memory till then has a bound of its own, a RequestBodyBudget.
    """

    def __init__(self, name: str, at_once: int, waiting: int, *, gives_way: bool = False) -> None:
        self._room = at_once + waiting
        self.inside = 0
        self._threads = ThreadPoolExecutor(at_once, name, _give_way if gives_way else None)

    @property
    def is_full(self) -> bool:
        """Whether there is no room for one more."""
        return self.inside >= self._room

    @property
    def words(self) -> str:
        """What is said where it is full."""
        return f"{self.inside} requests are being worked on or waiting; try again soon."

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Be inside for the time of a block; raises OverloadedError at once where there is no room."""
        if self.is_full:
            raise OverloadedError(self.words)
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work`, done in a thread when its turn comes."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Finish what runs and drop what waits."""
        self._threads.shutdown(cancel_futures=True)


def _give_way() -> None:
    """Lower this thread's priority; only Linux has one for each thread, elsewhere nothing happens."""
    if sys.platform == "linux":
        own = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, own, os.getpriority(os.PRIO_PROCESS, own) + _NICER)
