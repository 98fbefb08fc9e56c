"""PostgreSQL restarted, and crashed, while posters decide: nothing acknowledged is lost or done twice."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.core.decision import DecisionKind
from tests.integration.api.pictures import picture, problem
from tests.integration.api.postgres import Cluster, cluster
from tests.integration.api.server import Server, serving

POSTERS, RESTARTS = 4, ("fast", "immediate", "immediate")


@pytest.fixture
def postgres() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


class Decider:
    """Tags a product and takes the tag away in turn; each is asked for until it is acknowledged."""

    def __init__(self, server: Server, number: int) -> None:
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {server.account(f'P{number}', Role.POSTER).secret}"
        self.url, self.decided, self.refused, self.stopping = server.url, 0, 0, False
        made = self.session.post(f"{self.url}/v1/posts", files={"photo": picture()}, timeout=60)
        assert made.status_code == 201
        self.post_id = made.json()["id"]

    def decide(self) -> None:
        while not self.stopping:
            self._until_done("PUT", {200}, json={"x": 0.5, "y": 0.5})
            self._until_done("DELETE", {204, 404})

    def _until_done(self, method: str, done: set[int], **request: object) -> None:
        path, again = f"{self.url}/v1/posts/{self.post_id}/tags/red-mug", False
        while True:
            answer = self.session.request(method, path, timeout=60, **request)  # type: ignore[arg-type]
            # That there is no tag to take away is told only to who has tried before.
            if answer.status_code in done and (again or answer.status_code != 404):
                self.decided += 1
                return
            problem(answer, 503, "store-unavailable")
            assert int(answer.headers["Retry-After"]) > 0
            self.refused, again = self.refused + 1, True
            time.sleep(0.02)


@pytest.mark.slow
def test_a_server_that_is_restarted_costs_no_decision(
    settings: Settings, feed: Path, postgres: Cluster
) -> None:
    build_index(settings, str(feed))
    free = {"key_rate": "", "address_rate": "", "database_url": postgres.url}
    with serving(settings.model_copy(update=free)) as server:
        deciders = [Decider(server, number) for number in range(POSTERS)]
        with ThreadPoolExecutor(POSTERS) as threads:
            running = [threads.submit(decider.decide) for decider in deciders]
            try:
                _restart_meanwhile(postgres, deciders)
            finally:
                for decider in deciders:
                    decider.stopping = True
            for each in running:
                each.result()
        assert sum(decider.refused for decider in deciders) > 0, "no restart was noticed"
        with server.services.store.reading() as work:
            for decider in deciders:
                kinds = [decision.kind for decision in work.decisions.of(decider.post_id)]
                one_turn = [DecisionKind.BY_HAND, DecisionKind.WITHDRAWN]
                assert kinds == one_turn * (decider.decided // 2)
                assert work.tags.of(decider.post_id) == []


def _restart_meanwhile(postgres: Cluster, deciders: list[Decider]) -> None:
    dice = random.Random(3)
    for how in RESTARTS:
        before = [decider.decided for decider in deciders]
        _wait_until_all_went_on(deciders, before, dice.randrange(2, 8))
        postgres.restart(how)
    _wait_until_all_went_on(deciders, [decider.decided for decider in deciders], 4)


def _wait_until_all_went_on(deciders: list[Decider], before: list[int], by: int) -> None:
    for _ in range(6000):
        if all(d.decided >= then + by for d, then in zip(deciders, before, strict=True)):
            return
        time.sleep(0.02)
    raise AssertionError("the service never came back")
