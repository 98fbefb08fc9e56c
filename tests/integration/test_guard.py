"""The guard: a feed that would do harm makes a version that is held beside the live one."""

import json
from pathlib import Path
from typing import Any

import pytest

from spark_vision.catalogue.read import open_source
from spark_vision.core.errors import ConflictError
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.atomic_files import try_file_lock
from spark_vision.index.build import build_version, update_version
from spark_vision.index.build_steps import BuildInput, BuildReport, VersionPolicy
from spark_vision.index.calibrations import keep_calibration, read_calibration
from spark_vision.index.guard import GuardPolicy
from spark_vision.index.versions import VersionStore
from tests.fakes import BrokenOffError, FailingEncoder, Shelf, build
from tests.integration.test_catalogue_commands import run

PRODUCTS = 20


@pytest.fixture
def stocked(shelf: Shelf, store: VersionStore, encoder: FakeEncoder) -> Shelf:
    """A shop whose twenty products are live."""
    shelf.fill(PRODUCTS)
    build(store, shelf.feed, encoder)
    return shelf


def update(
    store: VersionStore, feed: Path, encoder: FakeEncoder, guard: GuardPolicy | None = None
) -> BuildReport:
    source = open_source(feed)
    policy = VersionPolicy(guard=guard or GuardPolicy())
    given = BuildInput(str(feed), source.rows(), source.pictures(), encoder, rules=policy)
    return update_version(store, given)


def cut(feed: Path, share: float) -> Path:
    """Cut a feed off in the middle of a row."""
    data = feed.read_bytes()
    end = data.rindex(b"\n", 0, int(len(data) * share)) + 4
    feed.write_bytes(data[:end])
    return feed


def test_a_feed_that_removes_much_is_held_and_the_live_version_stays(
    stocked: Shelf, store: VersionStore, encoder: FakeEncoder
) -> None:
    live = store.live()
    del stocked.rows[10:]
    report = update(store, stocked.feed, encoder)
    assert report.outcome == "held"
    assert report.hold is not None
    assert (report.hold.removed, report.hold.before) == (10, PRODUCTS)
    assert store.live() == live
    assert store.held() == [report.manifest.version]
    assert len(store.load()) == PRODUCTS


@pytest.mark.parametrize("verb", [build_version, update_version])
def test_a_feed_that_is_cut_off_is_held(
    stocked: Shelf, store: VersionStore, encoder: FakeEncoder, verb: Any
) -> None:
    source = open_source(cut(stocked.feed, 0.97))
    report = verb(store, BuildInput("feed", source.rows(), source.pictures(), encoder))
    assert report.outcome == "held"
    assert report.hold is not None
    assert "cut off" in report.hold.reason


def test_a_feed_whose_rows_are_all_short_is_not_cut_off(
    stocked: Shelf, store: VersionStore, encoder: FakeEncoder
) -> None:
    feed = stocked.feed
    lines = feed.read_text().splitlines()
    feed.write_text("\n".join([f"{lines[0]},note", *lines[1:]]) + "\n")
    assert update(store, feed, encoder).outcome == "unchanged"


def test_small_removals_go_live(stocked: Shelf, store: VersionStore, encoder: FakeEncoder) -> None:
    del stocked.rows[16:]  # one fifth, which the default allows
    assert update(store, stocked.feed, encoder).outcome == "published"


def test_removals_that_are_accepted_beforehand_go_live(
    stocked: Shelf, store: VersionStore, encoder: FakeEncoder
) -> None:
    del stocked.rows[1:]
    assert update(store, stocked.feed, encoder, GuardPolicy(accept=True)).outcome == "published"


def test_the_first_version_is_never_held(shelf: Shelf, store: VersionStore, encoder: FakeEncoder) -> None:
    shelf.fill(3)
    assert build(store, cut(shelf.feed, 0.9), encoder).outcome == "published"


def test_accept_makes_the_held_version_live(
    stocked: Shelf, store: VersionStore, encoder: FakeEncoder
) -> None:
    del stocked.rows[5:]
    held = update(store, stocked.feed, encoder).manifest.version
    store.accept(held)
    assert (store.live(), store.held()) == (held, [])
    with pytest.raises(ConflictError, match="is not held"):
        store.accept(held)


def test_discard_removes_the_held_version(stocked: Shelf, store: VersionStore, encoder: FakeEncoder) -> None:
    live = store.live()
    del stocked.rows[5:]
    held = update(store, stocked.feed, encoder).manifest.version
    store.discard(held)
    assert (store.names(), store.live()) == ([live], live)
    with pytest.raises(ConflictError, match="is not held"):
        store.discard(live)


def test_a_newer_version_takes_the_place_of_a_held_one(
    stocked: Shelf, store: VersionStore, encoder: FakeEncoder
) -> None:
    rows = list(stocked.rows)
    del stocked.rows[5:]
    update(store, stocked.feed, encoder)
    stocked.rows = [*rows, {**rows[0], "id": "new"}]
    assert update(store, stocked.feed, encoder).outcome == "published"
    assert store.held() == []


def test_retention_keeps_a_held_version(stocked: Shelf, store: VersionStore, encoder: FakeEncoder) -> None:
    del stocked.rows[5:]
    held = update(store, stocked.feed, encoder).manifest.version
    store.retain(1)
    assert held in store.names()


def test_the_command_ends_with_status_3_and_says_how_to_go_on(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.fill(PRODUCTS)
    assert run("index", "build", str(shelf.feed), cwd=tmp_path).returncode == 0
    del shelf.rows[2:]
    done = run("index", "update", str(shelf.feed), "--json", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert (told["outcome"], told["held"]["removed"]) == ("held", 18)
    shown = run("index", "update", str(shelf.feed), cwd=tmp_path)
    assert shown.returncode == 3
    held = json.loads(run("index", "list", "--json", cwd=tmp_path).stdout)["versions"][-1]
    assert held["held"]
    assert f"spark-vision index accept {held['version']}" in shown.stderr
    one = json.loads(run("index", "show", held["version"], "--json", cwd=tmp_path).stdout)
    assert one["held"]["removed"] > 0
    assert run("index", "accept", held["version"], cwd=tmp_path).returncode == 0
    listed = json.loads(run("index", "list", "--json", cwd=tmp_path).stdout)
    assert listed["live"] == held["version"]
    assert run("index", "discard", held["version"], cwd=tmp_path).returncode == 2


def test_accept_removals_skips_the_guard(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.fill(PRODUCTS)
    assert run("index", "build", str(shelf.feed), cwd=tmp_path).returncode == 0
    del shelf.rows[2:]
    assert run("index", "update", str(shelf.feed), "--accept-removals", cwd=tmp_path).returncode == 0


def test_calibration_survives_a_night_that_empties_the_catalogue(
    stocked: Shelf, store: VersionStore, encoder: FakeEncoder
) -> None:
    keep_calibration(store.folder(store.live()), {"scale": 7.0})
    rows = list(stocked.rows)
    del stocked.rows[2:]
    bad_night = update(store, stocked.feed, encoder, GuardPolicy(accept=True))
    assert (bad_night.outcome, bad_night.calibration) == ("published", "left behind")
    stocked.rows[:] = rows
    assert update(store, stocked.feed, encoder).calibration == "inherited"
    assert read_calibration(store.folder(store.live())) == {"scale": 7.0}


def test_a_damaged_live_version_is_guarded_by_its_list_of_products(
    stocked: Shelf, store: VersionStore, encoder: FakeEncoder
) -> None:
    vectors = store.folder(store.live()) / "vectors.faiss"
    vectors.write_bytes(vectors.read_bytes()[:-4] + b"\xff\xff\x7f\x7f")
    whole = list(stocked.rows)
    del stocked.rows[10:]
    assert update(store, stocked.feed, encoder).outcome == "held"
    stocked.rows[:] = whole
    assert update(store, stocked.feed, encoder).outcome == "published"
    store.verify(store.live())


def test_a_failed_build_gives_its_disk_back(stocked: Shelf, store: VersionStore) -> None:
    live = store.live()
    stocked.fill(200, first=500)
    with pytest.raises(BrokenOffError):
        update(store, stocked.feed, FailingEncoder(40))
    assert not store.work.exists()
    assert (store.live(), store.names()) == (live, [live])


def test_what_a_killed_build_left_is_removed(store: VersionStore) -> None:
    store.work.mkdir(parents=True)
    (store.work / "staging.sqlite").write_bytes(b"\0" * 1000)
    with try_file_lock(store.root / ".lock"):
        store.remove_leftovers()
        assert store.work.exists()  # a build is at work
    store.remove_leftovers()
    assert not store.work.exists()
