"""kill -9 at any moment of a build, an update, a publication, a rollback: what is live loads and verifies.

A fork server has the heavy modules loaded, so that a process to be killed costs a fork. Where it is killed
is drawn by a seeded generator: at a step that it reaches, or after some time; some are left to come to their
end, so that what is live changes however slow the machine is.
"""

import multiprocessing
import os
import random
import signal
import time
from multiprocessing.context import ForkServerContext
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spark_vision.catalogue.read import open_source
from spark_vision.core.errors import IndexDamagedError, IndexVersionError
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.build import BuildInput, build_version, update_version
from spark_vision.index.build_steps import VersionPolicy
from spark_vision.index.versions import VersionStore

KILLS = int(os.environ.get("SPARK_VISION_KILLS", "25"))
PRODUCTS = 12


def write_feed(folder: Path, price: int) -> Path:
    """The same products at another price: every price is another version."""
    rows = [f"p{number},Mug,{number}.png,{price}.00 EUR" for number in range(PRODUCTS)]
    feed = folder / "catalogue.csv"
    feed.write_text("\n".join(["id,title,image_link,price", *rows]) + "\n")
    return feed


def given(feed: Path) -> BuildInput:
    source = open_source(feed)
    encoder = FakeEncoder(batch_size=2)
    return BuildInput(str(feed), source.rows(), source.pictures(), encoder, rules=VersionPolicy(keep=3))


def work(index: Path, feed: Path, action: str, die_at: int | None) -> None:
    """What is killed; die_at: the report of progress at which it kills itself."""
    store, steps = VersionStore(index), 0

    def progress(step: str, done: int, total: int | None = None) -> None:
        nonlocal steps
        steps += 1
        if steps == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    if action == "rollback":
        store.rollback()
    elif action == "build":
        build_version(store, given(feed), progress)
    else:
        update_version(store, given(feed), progress)


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["spark_vision.index.build", "spark_vision.catalogue.read", __name__])
    return context


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for number in range(PRODUCTS):
        pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    return tmp_path


def test_whatever_is_killed_the_live_version_loads_and_the_next_run_goes_on(processes, shop: Path) -> None:
    store, dice = VersionStore(shop / "index"), random.Random(20)
    for price in (1, 2):
        build_version(store, given(write_feed(shop, price)))
    killed, seen = 0, set(store.names())
    for price in range(3, 3 + KILLS):
        feed, action = write_feed(shop, price), dice.choice(["build", "update", "update", "rollback"])
        die_at = dice.choice([None, dice.randrange(1, 2 * PRODUCTS + 4)])
        process = processes.Process(target=work, args=(store.root, feed, action, die_at))
        process.start()
        if dice.random() < 0.2:
            process.join()
        else:
            time.sleep(dice.uniform(0, 0.25))
            process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        assert len(store.load()) == PRODUCTS, (price, action, die_at)
        for name in store.names():
            store.verify(name)
        seen.update(store.names())
    assert killed > 0
    assert len(seen) > 3, "no run ever came to its end, so that nothing was tried"
    report = update_version(store, given(write_feed(shop, 1000)))
    assert report.outcome == "published"
    assert not store.work.exists()


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_damage_anywhere_in_any_file_is_named_and_the_version_before_can_be_activated(
    shop: Path, kind: str
) -> None:
    names = [f"x{number}" for number in range(1000 if kind == "ivf" else 5)]
    for number, name in enumerate(names):
        pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(shop / f"{name}.png")
    store, dice = VersionStore(shop / "index"), random.Random(7)
    source = open_source(shop)
    for turn in range(2):
        rules = VersionPolicy(kind=kind, min_recall=0.5)
        pictures = source.pictures()
        encoder = FakeEncoder(seed=turn)
        build_version(store, BuildInput(str(shop), source.rows(), pictures, encoder, rules=rules))
    before, live = store.names()
    files = [*store.manifest(live).files, "manifest.json"]
    for file in files:
        for _ in range(8):
            path = store.folder(before).parent / live / file
            whole = path.read_bytes()
            at = dice.randrange(len(whole) - 1)
            flipped = bytes([whole[at] ^ (1 << dice.randrange(8))])
            damaged = whole[:at] if dice.random() < 0.5 else whole[:at] + flipped + whole[at + 1 :]
            path.write_bytes(damaged)
            with pytest.raises(IndexDamagedError, match=file):
                store.load()
            path.write_bytes(whole)
    (store.folder(live) / files[0]).write_bytes(b"")
    with pytest.raises(IndexVersionError):
        store.load()
    store.activate(before)
    assert len(store.load()) == store.manifest(before).content.pictures
