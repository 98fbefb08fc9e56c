"""Who works on imports: what becomes of one, whatever happens to its run."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spark_vision.core.account import Account, Role
from spark_vision.core.catalogue_import import CatalogueImport, Failure, ImportOrder, ImportState, Progress
from spark_vision.core.errors import ConflictError, ModelError, NotFoundError, TooManyImportsError
from spark_vision.database.engine import open_engine
from spark_vision.database.migrate import migrate
from spark_vision.database.store import Store
from spark_vision.imports.service import (
    MAX_PENDING,
    cancel_import,
    enqueue_import,
    find_import,
    newest_imports,
)
from spark_vision.imports.worker import MAX_ATTEMPTS, ImportWorker, RunHandle, RunOutcome, WorkerTimings

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
TEAM = Account("team", "Team", Role.CATALOGUE)
QUICK = WorkerTimings(look=0.01, hold=20, busy=0.01, idle=0.01)
DONE = RunOutcome(result={"version": "v1"})


class Run(RunHandle):
    """A run that ends when it is told to, or at once."""

    progress = Progress("encode", 3, 10)

    def __init__(self, ended: RunOutcome | None = None) -> None:
        self.ended = ended
        self.killed = threading.Event()

    def wait(self, seconds: float) -> RunOutcome | None:
        if self.ended is None:
            self.killed.wait(seconds)
        return self.ended

    def kill(self) -> None:
        self.killed.set()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")
    migrate(engine)
    made = Store(engine)
    with made.writing() as work:
        work.accounts.add(TEAM, NOW)
    yield made
    made.close()


def order(store: Store, import_id: str, minute: int = 0) -> CatalogueImport:
    at = NOW + timedelta(minutes=minute)
    made = CatalogueImport(import_id, TEAM.id, ImportOrder("sent", f"{import_id}.csv"), at)
    enqueue_import(store, made)
    return made


@contextmanager
def working(
    store: Store, start: Callable[[CatalogueImport], RunHandle], keep: int = 100, pace: WorkerTimings = QUICK
) -> Iterator[list[str]]:
    """A worker at work; what it forgot."""
    forgotten: list[str] = []
    worker = ImportWorker(store, start, forgotten.append, keep, pace)
    worker.open()
    yield forgotten
    worker.close()


def wait_for(store: Store, import_id: str, *states: ImportState) -> CatalogueImport:
    deadline = time.monotonic() + 20
    while (found := find_import(store, import_id)).state not in states:
        assert time.monotonic() < deadline, found
        time.sleep(0.01)
    return found


def test_imports_are_worked_on_in_their_order(store: Store) -> None:
    begun: list[str] = []

    def start(given: CatalogueImport) -> Run:
        begun.append(given.id)
        return Run(DONE)

    for number, name in enumerate("cab"):
        order(store, name, number)
    with working(store, start):
        found = [wait_for(store, name, ImportState.DONE) for name in "cab"]
    assert begun == ["c", "a", "b"]
    assert found[0].result == {"version": "v1"}
    assert found[0].attempts == 1
    assert found[0].progress == Progress("encode", 3, 10)  # as far as it came, however quick it was
    assert [made.id for made in newest_imports(store, 2)] == ["b", "a"]
    assert [made.id for made in newest_imports(store, 2, (found[1].created_at, "a"))] == ["c"]


def test_a_failure_of_the_feed_is_kept(store: Store) -> None:
    order(store, "a")
    with working(store, lambda _: Run(RunOutcome(failure=Failure("catalogue", "There is no product.")))):
        found = wait_for(store, "a", ImportState.FAILED)
    assert found.failure == Failure("catalogue", "There is no product.")


def test_a_run_that_cannot_be_begun_is_a_failure(store: Store) -> None:
    def start(_: CatalogueImport) -> Run:
        raise ModelError("There is no such model.")

    order(store, "a")
    with working(store, start):
        found = wait_for(store, "a", ImportState.FAILED)
    assert found.failure == Failure("model", "There is no such model.")


def test_one_that_is_broken_off_again_and_again_is_given_up(store: Store) -> None:
    begun: list[str] = []

    def start(given: CatalogueImport) -> Run:
        begun.append(given.id)
        return Run(RunOutcome())

    order(store, "a")
    with working(store, start):
        found = wait_for(store, "a", ImportState.FAILED)
    assert len(begun) == MAX_ATTEMPTS
    assert found.failure is not None
    assert found.failure.code == "import-broken-off"


def test_a_busy_index_is_waited_for_however_long(store: Store) -> None:
    runs = [Run(RunOutcome(busy=True)) for _ in range(2 * MAX_ATTEMPTS)]
    order(store, "a")
    with working(store, lambda _: runs.pop() if runs else Run(DONE)):
        found = wait_for(store, "a", ImportState.DONE)
    assert found.attempts == 1


def test_progress_shows_and_cancelling_ends_the_run(store: Store) -> None:
    run = Run()
    order(store, "a")
    order(store, "b", 1)
    with working(store, lambda given: run if given.id == "a" else Run(DONE)):
        wait_for(store, "a", ImportState.RUNNING)
        deadline = time.monotonic() + 20
        while find_import(store, "a").progress != Progress("encode", 3, 10):
            assert time.monotonic() < deadline
        assert cancel_import(store, "a", NOW).state is ImportState.CANCELLED
        assert run.killed.wait(20)
        wait_for(store, "b", ImportState.DONE)
    with pytest.raises(ConflictError, match="cancelled"):
        cancel_import(store, "a", NOW)
    with pytest.raises(NotFoundError):
        cancel_import(store, "nobody", NOW)


def test_what_is_on_its_way_when_the_service_stops_goes_on_in_the_next(store: Store) -> None:
    run = Run()
    order(store, "a")
    with working(store, lambda _: run):
        wait_for(store, "a", ImportState.RUNNING)
    assert run.killed.is_set()
    assert find_import(store, "a").state is ImportState.QUEUED
    with working(store, lambda _: Run(DONE)):
        assert wait_for(store, "a", ImportState.DONE).attempts == 1


def test_what_a_killed_service_held_is_taken_when_nobody_holds_it_any_longer(store: Store) -> None:
    order(store, "a")
    now = datetime.now(UTC)
    with store.writing() as work:
        assert work.imports.take("killed", now, now + timedelta(seconds=60)) is not None
        assert work.imports.take("other", now, now) is None  # it is held
        assert not work.imports.finish("a", "other", now, {})
        assert work.imports.hold("a", "killed", now - timedelta(seconds=1), Progress())
    with working(store, lambda _: Run(DONE)):
        assert wait_for(store, "a", ImportState.DONE).attempts == 2
    with store.writing() as work:  # who comes back too late changes nothing
        assert not work.imports.hold("a", "killed", now, Progress())
        assert not work.imports.fail("a", "killed", now, Failure("late", ""))


def test_only_the_newest_that_are_over_stay_known(store: Store) -> None:
    for number, name in enumerate("abcd"):
        order(store, name, number)
    with working(store, lambda _: Run(DONE), keep=2) as forgotten:
        wait_for(store, "d", ImportState.DONE)
    assert [made.id for made in newest_imports(store, 9)] == ["d", "c"]
    assert forgotten == ["a", "b"]


def test_there_is_an_end_to_what_may_wait(store: Store) -> None:
    for number in range(MAX_PENDING):
        order(store, str(number))
    with pytest.raises(TooManyImportsError, match="not finished"):
        order(store, "one-more")
