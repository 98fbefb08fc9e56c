"""Imports on each database: who gets them, in which order they are listed, what is forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from spark_vision.core.account import Account, Role
from spark_vision.core.catalogue_import import CatalogueImport, Failure, ImportOrder, ImportState, Progress
from spark_vision.database.store import Store

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
LATER = NOW + timedelta(seconds=20)
ORDER = ImportOrder("sent", "a.csv", pictures_base="https://shop.example/", format="google-csv", live=False)


def fill(store: Store, count: int) -> None:
    """Imports 0, 1, 2, ... of which two each were ordered in the same moment."""
    with store.writing() as work:
        work.accounts.add(Account("team", "Team", Role.CATALOGUE), NOW)
        for number in range(count):
            at = NOW + timedelta(minutes=number // 2)
            work.imports.add(CatalogueImport(str(number), "team", ORDER, at))


def test_an_import_is_kept_as_it_was_and_changes_for_its_worker_alone(sql_store: Store) -> None:
    fill(sql_store, 1)
    with sql_store.writing() as work:
        assert work.imports.take("one", NOW, LATER) is not None
    with sql_store.writing() as work:
        assert not work.imports.hold("0", "other", LATER, Progress("encode", 9, 9))
        assert work.imports.hold("0", "one", LATER, Progress("encode", 1, 2))
    with sql_store.writing() as work:
        assert not work.imports.fail("0", "other", NOW, Failure("late", "Too late."))
        assert work.imports.finish("0", "one", LATER, {"version": "v", "issues": []})
        assert not work.imports.cancel("0", LATER)
    with sql_store.reading() as work:
        found = work.imports.get("0")
        assert work.imports.unfinished() == 0
    assert found == CatalogueImport(
        "0",
        "team",
        ORDER,
        NOW,
        state=ImportState.DONE,
        started_at=NOW,
        finished_at=LATER,
        attempts=1,
        progress=Progress("encode", 1, 2),
        result={"version": "v", "issues": []},
    )


def test_each_import_is_given_to_one_worker(sql_store: Store) -> None:
    fill(sql_store, 8)

    def take(worker: str) -> str | None:
        with sql_store.writing() as work:
            given = work.imports.take(worker, NOW, LATER)
        return None if given is None else given.id

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(take, map(str, range(12))))
    assert sorted(filter(None, taken)) == [str(number) for number in range(8)]
    with sql_store.writing() as work:  # nobody holds them any longer
        again = work.imports.take("next", LATER + timedelta(seconds=1), LATER)
    assert again is not None
    assert (again.id, again.attempts) == ("0", 2)


def test_the_list_goes_on_behind_an_entry_whatever_moments_are_shared(sql_store: Store) -> None:
    fill(sql_store, 7)
    seen: list[str] = []
    last: tuple[datetime, str] | None = None
    while True:
        with sql_store.reading() as work:
            page = work.imports.newest(2, last)
        if not page:
            break
        seen += [made.id for made in page]
        last = page[-1].created_at, page[-1].id
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_what_is_over_is_forgotten_but_for_the_newest(sql_store: Store) -> None:
    fill(sql_store, 6)
    with sql_store.writing() as work:
        for number in (0, 1, 3, 4):
            assert work.imports.cancel(str(number), NOW)
        assert sorted(work.imports.forget_all_but(2)) == ["0", "1"]
    with sql_store.reading() as work:
        assert [made.id for made in work.imports.newest(9)] == ["5", "4", "3", "2"]
