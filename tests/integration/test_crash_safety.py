"""Builds that are killed, starved or crowded: the live version is always whole."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spark_vision.core.errors import IndexBusyError
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.versions import VersionStore
from tests.fakes import Shelf, build

KILLS = 25
PICTURES = 200

BUILDER = """
import sys, time
from pathlib import Path
from spark_vision.catalogue.read import open_source
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.build import BuildInput, build_version
from spark_vision.index.build_steps import VersionPolicy
from spark_vision.index.versions import VersionStore


class SlowEncoder(FakeEncoder):
    def forward(self, prepared):
        time.sleep(float(sys.argv[3]))
        return super().forward(prepared)


def tell(step, done, total=None):
    if step == "encode" and done == 0:
        print("encoding", flush=True)


root, feed = Path(sys.argv[1]), sys.argv[2]
if len(sys.argv) > 4:
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]),) * 2)
source = open_source(feed)
print("ready", flush=True)
encoder = SlowEncoder(batch_size=16)
rules = VersionPolicy(keep=1000)  # no version goes by itself, so that any that is missing was lost
given = BuildInput(str(source.path), source.rows(), source.pictures(), encoder, rules=rules)
build_version(VersionStore(root), given, tell)
print("done", flush=True)
"""


def start(store: VersionStore, feed: Path, seconds_a_batch: float, *options: str) -> subprocess.Popen[str]:
    """A builder in a process of its own, which says `ready`, `encoding` and `done`."""
    command = [sys.executable, "-c", BUILDER, str(store.root), str(feed), str(seconds_a_batch), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(child: subprocess.Popen[str], word: str) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        if line.strip() == word:
            return
    pytest.fail(f"the builder ended before it was {word}: {child.communicate()[1]}")


def check_whole(store: VersionStore, versions: set[str]) -> None:
    """Every version there is verifies; the live one is among those and loads."""
    for name in store.names():
        store.verify(name)
    if versions:
        gallery = store.load()
        assert len(gallery) in (1, PICTURES, PICTURES + 1)
        assert gallery.version in store.names()
        assert versions <= set(store.names())


@pytest.mark.slow
def test_killed_at_any_moment_the_live_version_is_whole_and_a_later_build_succeeds(store, shelf):
    shelf.fill(1)
    first = build(store, shelf.feed, FakeEncoder()).manifest.version
    shelf.fill(PICTURES - 1, first=1)
    feed = shelf.feed
    chance = random.Random(7)
    versions = {first}
    unfinished = 0
    for _ in range(KILLS):
        for cache in store.cache.iterdir():
            if chance.random() < 0.5:
                cache.unlink()
        child = start(store, feed, 0.01)
        wait_for(child, "ready")
        time.sleep(chance.uniform(0, 0.3))
        child.kill()
        _, errors = child.communicate()
        assert child.returncode in (-signal.SIGKILL, 0), errors
        unfinished += child.returncode != 0
        check_whole(store, versions)
        versions = set(store.names())
    assert unfinished > 0
    shelf.fill(1, first=PICTURES)
    build(store, shelf.feed, FakeEncoder())
    assert len(store.load()) == PICTURES + 1
    assert not store.work.exists()


def test_second_builder_is_told_that_the_index_is_busy(store, shelf):
    shelf.fill(1)
    version = build(store, shelf.feed, FakeEncoder()).manifest.version
    shelf.fill(30, first=1)
    child = start(store, shelf.feed, 30)
    wait_for(child, "encoding")
    try:
        with pytest.raises(IndexBusyError, match="another build is at work"):
            build(store, shelf.feed, FakeEncoder())
        assert store.live() == version
        assert len(store.load()) == 1
    finally:
        child.kill()
        child.communicate()
    build(store, shelf.feed, FakeEncoder())
    assert len(store.load()) == 31


@pytest.mark.parametrize("bound", [4_000, 30_000, 60_000])
def test_full_disk_leaves_the_live_version_as_it_was(store, shelf, bound):
    shelf.fill(1)
    version = build(store, shelf.feed, FakeEncoder()).manifest.version
    shelf.fill(PICTURES, first=1)
    child = start(store, shelf.feed, 0, str(bound))
    _, errors = child.communicate(timeout=60)
    assert "IndexVersionError: " in errors.splitlines()[-1]
    assert "the live version stays" in errors.splitlines()[-1]
    assert (store.live(), len(store.load())) == (version, 1)
    build(store, shelf.feed, FakeEncoder())
    assert len(store.load()) == PICTURES + 1


def test_leftovers_of_a_broken_off_build_are_removed(store, shelf):
    store.work.mkdir(parents=True)
    (store.work / "version").mkdir()
    (store.work / "staging.sqlite").write_bytes(b"half")
    shelf.fill(2)
    build(store, shelf.feed, FakeEncoder())
    assert not store.work.exists()


def test_version_that_was_moved_into_place_but_not_pointed_to_does_no_harm(store: VersionStore, shelf: Shelf):
    shelf.fill(2)
    first = build(store, shelf.feed, FakeEncoder()).manifest.version
    pointer = (store.root / "live.json").read_bytes()
    shelf.fill(2, first=2)
    second = build(store, shelf.feed, FakeEncoder()).manifest.version
    (store.root / "live.json").write_bytes(pointer)  # as if killed between the two steps
    assert (store.live(), len(store.load())) == (first, 2)
    store.activate(second)
    assert len(store.load()) == 4


def test_half_written_pointer_beside_the_real_one_does_no_harm(store, shelf):
    shelf.fill(2)
    version = build(store, shelf.feed, FakeEncoder()).manifest.version
    (store.root / ".live.json.new").write_bytes(b'{"hist')
    assert store.live() == version
    build(store, shelf.feed, FakeEncoder())
    assert store.live() != version
