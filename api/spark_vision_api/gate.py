"""Work for a processor, off the event loop and bounded: some at once, some waiting, the rest refused."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from spark_vision_api.errors import OverloadedError

T = TypeVar("T")


class Gate:
    """`at_once` threads, and room for `waiting` more requests; used from the event loop alone.

    A request is admitted before its body is read, so that the bodies in memory are bounded, too.
    """

    def __init__(self, name: str, at_once: int, waiting: int) -> None:
        self._room = at_once + waiting
        self.inside = 0
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix=name)

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
