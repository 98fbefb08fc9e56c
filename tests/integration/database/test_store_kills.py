"""kill -9 while photos are uploaded and decisions are made: nothing acknowledged is lost, or half there."""

import hashlib
import json
import multiprocessing
import random
import signal
import time
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from spark_vision.core.learned_view import Polarity
from spark_vision.database.idempotency import STALE_AFTER
from spark_vision.tagging.context import TaggingContext
from spark_vision.tagging.photos import find_missing_files, recover_interrupted_photos
from tests.integration.database import worker
from tests.integration.database.factories import NOW, someone

KILLS = {"sqlite": 100, "postgresql": 25}


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.integration.database.worker"])
    return context


@pytest.mark.slow
def test_whatever_is_killed_nothing_acknowledged_is_lost_or_half_there(
    processes: ForkServerContext, engine: Engine, tmp_path: Path
) -> None:
    url, photos = engine.url.render_as_string(hide_password=False), str(tmp_path / "photos")
    room, dice = worker.open_room(url, photos), random.Random(26)
    account_id = someone(room.store, "Ada").id
    assert account_id is not None
    settled = acknowledged = 0
    for seed in range(KILLS[engine.dialect.name]):
        said = tmp_path / f"said-{seed}"
        process = processes.Process(
            target=worker.work_until_killed, args=(url, photos, account_id, seed, said)
        )
        process.start()
        if not worker.ends_by_itself(seed):
            # The first line says that an upload begins, the second that it has ended.
            _wait_for(said, dice.choice([1, 1, dice.randrange(3, 10)]))
            time.sleep(dice.uniform(0, 0.06))
            process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        settled += recover_interrupted_photos(room)
        lines = _lines(said)
        acknowledged += sum("seen" in line for line in lines)
        _check_creation(room, account_id, lines)
        _check_posts(room, lines)
    _check_views(room)
    _check_files(room, Path(photos))
    assert acknowledged > KILLS[engine.dialect.name] / 4
    assert settled >= KILLS[engine.dialect.name] // 4
    room.store.close()


def _wait_for(said: Path, lines: int) -> None:
    """Until so much was said: by what is done, and not by time, a slow machine is killed at work, too."""
    while not said.exists() or said.read_bytes().count(b"\n") < lines:
        time.sleep(0.005)


def _lines(said: Path) -> list[dict[str, Any]]:
    text = said.read_text()
    whole = text[: text.rfind("\n") + 1]  # the last line may be broken off
    return [json.loads(line) for line in whole.splitlines()]


def _check_creation(room: TaggingContext, account_id: str, lines: list[dict[str, Any]]) -> None:
    """A call that was begun has one effect, whether it was acknowledged, cut off, or sent again."""
    calls = [line for line in lines if "key" in line]
    made = {line["key"]: line["made"] for line in calls if "made" in line}
    removed = {line["post"] for line in lines if "leaving" in line}
    for line in calls:
        post_id = worker.create(
            room, worker.account(account_id), line["key"], line["photo"], NOW + STALE_AFTER
        )
        assert made.setdefault(line["key"], post_id) == post_id
        with room.store.reading() as work:
            post = work.posts.get(post_id)
        assert post is not None or post_id in removed
        assert post is None or post.caption == line["key"]


def _check_posts(room: TaggingContext, lines: list[dict[str, Any]]) -> None:
    acknowledged = {line["post"]: line["seen"] for line in lines if "seen" in line}
    last = next((line["post"] for line in reversed(lines) if "post" in line), None)
    leaving = {line["post"] for line in lines if "leaving" in line}
    for post_id, seen in acknowledged.items():
        with room.store.writing() as work:
            now = worker.snapshot(work, post_id)
            log = [decision.id for decision in work.decisions.of(post_id)]
            tagged, rejected = worker.replayed(work, post_id)
        if seen is None:
            assert now is None
        elif now is None:
            assert post_id in leaving
        else:
            assert log[: len(seen["log"])] == seen["log"]
            assert (set(now["tags"]), set(now["rejected"])) == (tagged, rejected)
            # What was being done when the process was killed is wholly there, or not at all.
            assert now == seen or (post_id == last and now["version"] == seen["version"] + 1)


def _check_views(room: TaggingContext) -> None:
    """What is learned is what stands: of each tag and rejection one view, of what was taken back none."""
    with room.store.writing() as work:
        kept = [held.view for held in work.learned.changed(0)]
        standing = {(view.post_id, view.product_id, view.stance) for view in kept if view.stands}
        expected = set()
        for post_id in {view.post_id for view in kept}:
            tags, rejections = work.tags.of(post_id), work.tags.rejections(post_id)
            expected |= {(post_id, tag.product_id, Polarity.CONFIRMED) for tag in tags}
            expected |= {(post_id, held.product_id, Polarity.REJECTED) for held in rejections}
            made = {tag.decision_id for tag in tags} | {held.decision_id for held in rejections}
            assert made == {view.id for view in kept if view.stands and view.post_id == post_id}
    assert standing == expected
    assert standing


def _check_files(room: TaggingContext, photos: Path) -> None:
    assert list(find_missing_files(room)) == []
    with room.store.reading() as work:
        kept = {photo.digest: photo for photo in work.photos.kept("", 100)}
        assert work.photos.unsettled() == []
    on_disk = {path for path in photos.rglob("*.jpg") if not path.name.startswith(".")}
    assert {path.stem.partition("-")[0] for path in on_disk} == set(kept)
    for path in on_disk:
        if "-" not in path.stem:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
