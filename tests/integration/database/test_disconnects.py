"""A database whose connections break while it is used."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine, text

from spark_vision.core.account import Actor
from spark_vision.core.errors import RequestInProgressError, StoreUnavailableError
from spark_vision.database.engine import open_engine
from spark_vision.database.idempotency import STALE_AFTER
from spark_vision.database.store import Store
from spark_vision.tagging.context import ANY_VERSION, TaggingContext
from spark_vision.tagging.photos import find_missing_files, recover_interrupted_photos
from spark_vision.tagging.tags import ChangeRequest, put_tag
from tests.integration.database import worker
from tests.integration.database.factories import NOW, someone
from tests.integration.database.test_tags import at

T = TypeVar("T")
POSTERS, EACH, NAME = 4, 6, "spark-vision-disconnects"


def patiently(act: Callable[[int], T]) -> T:
    """The result of `act`, asked again by a client that was told 503 or 409; each time with its number."""
    for attempt in range(2000):  # twenty seconds at least, for a machine that is busy
        try:
            return act(attempt)
        except (StoreUnavailableError, RequestInProgressError):
            time.sleep(0.01)
    pytest.fail("the store never came back")


@pytest.mark.slow
@pytest.mark.parametrize("bare", ["postgresql"], indirect=True)
def test_connections_that_break_cost_nothing_that_was_acknowledged(engine: Engine, tmp_path: Path) -> None:
    flaky = open_engine(engine.url.update_query_dict({"application_name": NAME}))
    room = replace(
        worker.open_room(f"sqlite:///{tmp_path}/none.sqlite", str(tmp_path / "photos")), store=Store(flaky)
    )
    ada = someone(Store(engine), "Ada")
    with ThreadPoolExecutor(POSTERS) as pool:
        posters = [pool.submit(_post, room, ada, number) for number in range(POSTERS)]
        broken = _break_connections(engine, lambda: all(poster.done() for poster in posters))
        made = [post for poster in posters for post in poster.result()]
    assert broken > POSTERS, "too few connections were broken, so that nothing was tried"
    assert len(set(made)) == POSTERS * EACH
    recover_interrupted_photos(room)
    assert list(find_missing_files(room)) == []
    with room.store.reading() as work:
        for post_id in made:
            post = work.posts.get(post_id)
            assert post is not None
            (tag,) = work.tags.of(post_id)
            (decision,) = work.decisions.of(post_id)
            assert tag.decision_id == decision.id
        captions = [post.caption for post in map(work.posts.get, made) if post]
        assert len(set(captions)) == POSTERS * EACH
    with flaky.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM posts")) == POSTERS * EACH
    flaky.dispose()


def _post(room: TaggingContext, ada: Actor, number: int) -> list[str]:
    made = []
    for turn in range(EACH):
        create = partial(_create, room, ada, f"{number}-{turn}", (number + turn) % worker.PICTURES)
        post_id = patiently(create)
        tag = partial(
            put_tag, room, ChangeRequest(ada, post_id, ANY_VERSION, NOW), "mug", at(0.5), on_shelf=True
        )
        patiently(lambda _, act=tag: act())
        made.append(post_id)
    return made


def _create(room: TaggingContext, ada: Actor, key: str, seed: int, attempt: int) -> str:
    """Each attempt so late that the one before is given up, as its connection may be gone."""
    return worker.create(room, ada, key, seed, NOW + attempt * STALE_AFTER)


def _break_connections(engine: Engine, done: Callable[[], bool]) -> int:
    dice, broken = random.Random(5), 0
    kill = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name")
    while not done():
        time.sleep(dice.uniform(0.02, 0.15))
        with engine.connect() as connection:
            broken += len(connection.execute(kill, {"name": NAME}).all())
    return broken
