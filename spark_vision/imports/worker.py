"""Who works on imports: one thread that takes them in their order and lets each run on its own."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

from spark_vision.core.catalogue_import import CatalogueImport, Failure, Progress
from spark_vision.core.errors import SparkVisionError
from spark_vision.database.store import Store

_log = logging.getLogger(__name__)
# An import that was broken off so often is not begun again: it may be what breaks it off.
MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended: with a result, with a failure, or with neither: it was broken off.

    busy: another build holds the index, so that nothing was begun.
    """

    result: dict[str, Any] | None = None
    failure: Failure | None = None
    busy: bool = False


class RunHandle(Protocol):
    """A run on its way."""

    @property
    def progress(self) -> Progress:
        """How far it has come."""

    def wait(self, seconds: float) -> RunOutcome | None:
        """How it ended, within so many seconds; None where it goes on."""

    def kill(self) -> None:
        """End it at once; what is live stays, and what it has encoded is kept."""


class Launcher(Protocol):
    """Begins the run of an import."""

    def __call__(self, given: CatalogueImport) -> RunHandle:
        """Raises SparkVisionError's children where it cannot be begun."""


@dataclass(frozen=True)
class WorkerTimings:
    """Seconds: between looks at a run; of holding an import without a word; before another try where the
    index is busy; between looks for imports that others ordered.
    """

    look: float = 1.0
    hold: float = 20.0
    busy: float = 5.0
    idle: float = 5.0


class ImportWorker:
    """Takes imports from the store, one at a time; where the process ends, they go on in the next one.

    forget: told of the ids of imports that are forgotten; keep: how many that are over are remembered;
    tick: called before each look for imports, to queue those of schedules.
    """

    def __init__(
        self,
        store: Store,
        start: Launcher,
        forget: Callable[[str], None],
        keep: int,
        pace: WorkerTimings | None = None,
        tick: Callable[[datetime], None] | None = None,
    ) -> None:
        self._store = store
        self._start = start
        self._forget = forget
        self._keep = keep
        self._pace = pace or WorkerTimings()
        self._tick = tick or (lambda _: None)
        self._name = uuid4().hex
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="imports", daemon=True)

    def open(self) -> None:
        """Begin to work."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something to do."""
        self._awake.set()

    def close(self) -> None:
        """Stop working; what is being worked on waits for the next process."""
        self._stopping.set()
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._run_schedules()
            try:
                worked = self._work_on_one()
            except SparkVisionError as error:  # the store is away: the import is taken again later
                _log.warning("imports: %s", error.message)
                worked = False
            except Exception:
                _log.exception("imports: the worker failed")
                worked = False
            if not worked:
                self._awake.wait(self._pace.idle)
                self._awake.clear()

    def _run_schedules(self) -> None:
        """Queue what is due; a failure leaves it due, and does not keep imports from being worked on."""
        try:
            self._tick(datetime.now(UTC))
        except SparkVisionError as error:
            _log.warning("schedules: %s", error.message)
        except Exception:
            _log.exception("schedules: they cannot be run")

    def _work_on_one(self) -> bool:
        with self._store.writing() as work:
            given = work.imports.take(self._name, datetime.now(UTC), self._until())
        if given is None:
            return False
        if given.attempts > MAX_ATTEMPTS:
            self._close(given, RunOutcome(failure=_broken_off(given)))
            return True
        _log.info("import %s begins (attempt %d)", given.id, given.attempts)
        try:
            running = self._start(given)
        except SparkVisionError as error:
            self._close(given, RunOutcome(failure=Failure(error.code, error.message)))
            return True
        try:
            cancelled = not self._attend(given, running)
        finally:
            running.kill()
        if cancelled:
            self._forget(given.id)
        return True

    def _attend(self, given: CatalogueImport, running: RunHandle) -> bool:
        """Wait for a run to end; return False if it was cancelled."""
        while (ended := running.wait(self._pace.look)) is None:
            if self._stopping.is_set():
                running.kill()
                self._put_back(given, 0, begun=False)
                return True
            with self._store.writing() as work:
                held = work.imports.hold(given.id, self._name, self._until(), running.progress)
            if not held:
                _log.info("import %s was cancelled", given.id)
                return False
        with self._store.writing() as work:
            work.imports.hold(given.id, self._name, self._until(), running.progress)
        self._close(given, ended)
        return True

    def _until(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._pace.hold)

    def _close(self, given: CatalogueImport, ended: RunOutcome) -> None:
        now = datetime.now(UTC)
        if ended.result is None and ended.failure is None:
            _log.warning("import %s was %s", given.id, "kept waiting" if ended.busy else "broken off")
            self._put_back(given, self._pace.busy if ended.busy else 0, begun=not ended.busy)
            return
        with self._store.writing() as work:
            if ended.result is not None:
                work.imports.finish(given.id, self._name, now, ended.result)
            elif ended.failure is not None:
                work.imports.fail(given.id, self._name, now, ended.failure)
            gone = work.imports.forget_all_but(self._keep)
        # A feed that failed is not read again, so that its file need not stay.
        for import_id in (*gone, *([given.id] if ended.failure is not None else [])):
            self._forget(import_id)

    def _put_back(self, given: CatalogueImport, seconds: float, *, begun: bool) -> None:
        not_before = datetime.now(UTC) + timedelta(seconds=seconds)
        with self._store.writing() as work:
            work.imports.put_back(given.id, self._name, not_before, begun=begun)


def _broken_off(given: CatalogueImport) -> Failure:
    return Failure(
        "import-broken-off",
        f"It was broken off {given.attempts - 1} times, so it is not begun again; the log says more. What was"
        " encoded is kept: ordered again, it goes on from there.",
    )
