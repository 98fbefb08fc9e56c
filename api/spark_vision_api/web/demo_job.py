"""The demo shop on its way into the index, in the background, for whoever watches."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock, Thread

from spark_vision.core.errors import SparkVisionError
from spark_vision.core.progress import Progress

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobState:
    """How far it is. step: of the work, in the words of its progress; total: 0 where nobody knows; error: why
    it ended too early.
    """

    running: bool = False
    step: str = ""
    done: int = 0
    total: int = 0
    error: str = ""


class DemoJob:
    """At most one run at a time. `work` does it all and reports its progress."""

    def __init__(self, work: Callable[[Progress], object]) -> None:
        self._work = work
        self._lock = Lock()
        self.state = JobState()

    def start(self) -> None:
        """Begin, unless it is on its way already."""
        with self._lock:
            if self.state.running:
                return
            self.state = JobState(running=True)
        # A daemon: a build that is broken off is taken up again by the next one.
        Thread(target=self._run, name="demo-shop", daemon=True).start()

    def _run(self) -> None:
        try:
            self._work(self._report)
        except SparkVisionError as error:
            self.state = replace(self.state, running=False, error=error.message)
        except Exception:
            _log.exception("the demo shop could not be indexed")
            self.state = replace(self.state, running=False, error="internal")
        else:
            self.state = replace(self.state, running=False)

    def _report(self, step: str, done: int, total: int | None = None) -> None:
        self.state = JobState(True, step, done, total or 0)
