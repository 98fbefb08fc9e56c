"""The bounds of the service: how much at once, how slow a body, how an accident ends."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from spark_vision.app.container import build_index, open_shop
from spark_vision.app.settings import Settings
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.search.suggester import Suggester
from spark_vision_api.http.body_budget import RequestBodyBudget
from spark_vision_api.http.bounded_executor import BoundedExecutor
from spark_vision_api.http.error_handlers import OverloadedError
from tests.integration.api.conftest import Start
from tests.integration.api.pictures import picture, problem
from tests.integration.api.posters import person

PHOTO = "/v1/search/photo"
PNG = {"Content-Type": "image/png"}
FORM = "multipart/form-data; boundary=a"


class BlockingEncoder(FakeEncoder):
    """Stands still in the model until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Semaphore(0)
        self.let_go = threading.Event()

    def forward(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.entered.release()
        assert self.let_go.wait(20)
        return super().forward(prepared)


class FailingEncoder(FakeEncoder):
    """Has an accident in the model."""

    def forward(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        raise RuntimeError("secret of the model")


def shop_with(encoder: FakeEncoder):
    def load(settings: Settings, version: str | None = None, held: Encoder | None = None) -> LoadedIndex:
        shop = open_shop(settings, version, held)
        return replace(shop, suggester=Suggester(encoder, shop.gallery))

    return load


@pytest.fixture
def blocking(settings: Settings, feed: Path) -> Iterator[BlockingEncoder]:
    build_index(settings, str(feed))
    encoder = BlockingEncoder()
    yield encoder
    encoder.let_go.set()


def test_more_than_may_wait_are_refused_at_once(start: Start, blocking: BlockingEncoder) -> None:
    client = start(open_shop=shop_with(blocking))
    with ThreadPoolExecutor(4) as threads:
        inside = [threads.submit(client.post, PHOTO, content=picture(), headers=PNG) for _ in range(4)]
        for _ in range(2):  # Two work, as the settings say; the other two wait.
            assert blocking.entered.acquire(timeout=10)
        wait_for_room(client, 4)
        assert not blocking.entered.acquire(blocking=False)
        refused = client.post(PHOTO, content=picture(), headers=PNG)
        problem(refused, 503, "overloaded")
        assert int(refused.headers["retry-after"]) > 0
        # Before anything else is done for them: neither their type is looked at, nor a body waited for.
        problem(client.post(PHOTO, content=b"{}", headers={"Content-Type": "text/html"}), 503, "overloaded")
        assert [message["type"] for message in drive(client, never)] == HEAD_AND_BODY
        told = f'requests_total{{method="POST",route="{PHOTO}",status="503"}} 3.0'
        assert told in client.get("/metrics").text
        problem(client.get("/v1/search/products?q=red"), 503, "overloaded")
        # The event loop is free all the while, and pictures of products have room of their own.
        assert client.get("/readyz").status_code == 200
        assert client.get("/v1/products/red-mug/image").status_code == 200
        blocking.let_go.set()
        assert [held.result().status_code for held in inside] == [200] * 4
    assert client.post(PHOTO, content=picture(), headers=PNG).status_code == 200


HEAD_AND_BODY = ["http.response.start", "http.response.body"]


async def never() -> dict[str, Any]:
    raise AssertionError("a body was asked for")


def wait_for_room(client: TestClient, inside: int) -> None:
    gate = client.app.state.services.lookups
    for _ in range(1000):
        if gate.inside == inside:
            return
        threading.Event().wait(0.01)
    raise AssertionError("the requests never came in")


def test_an_accident_is_a_problem_without_its_secret(
    settings: Settings, feed: Path, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    build_index(settings, str(feed))
    client = start(open_shop=shop_with(FailingEncoder()))
    with caplog.at_level(logging.ERROR):
        answer = client.post(PHOTO, content=picture(), headers={**PNG, "X-Request-ID": "find-me"})
    value = problem(answer, 500, "internal")
    assert "secret" not in answer.text
    assert value["request_id"] == "find-me"
    assert "find-me" in caplog.text
    assert "secret of the model" in caplog.text


Receive = Callable[[], Awaitable[dict[str, Any]]]
Sent = list[dict[str, Any]]


def drive(
    client: TestClient, receive: Receive, path: str = PHOTO, kind: str = "image/png", length: int = 10
) -> Sent:
    """Run one request as a server does whose client keeps to no rule; what was sent in answer."""
    headers = {"Content-Type": kind, "Content-Length": str(length)}
    return asyncio.run(driven(client, receive, path, headers))


async def driven(
    client: TestClient, receive: Receive, path: str, headers: Mapping[str, str], address: str = "testclient"
) -> Sent:
    sent: Sent = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": (address, 50000),
        "state": {},
    }
    await client.app(scope, receive, send)
    return sent


class Slow:
    """A body that begins and does not go on until it is told to end."""

    def __init__(self, begin: bytes, end: bytes = b"") -> None:
        self._parts = [begin, end]
        self.waits, self.ends = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> dict[str, Any]:
        if len(self._parts) < 2:
            self.waits.set()
            await self.ends.wait()
        part = self._parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(self._parts)}


async def begun(body: Slow, request: Coroutine[Any, Any, Sent]) -> asyncio.Task[Sent]:
    """A request of which all has come but the end of its body, or that was answered before."""
    task = asyncio.create_task(request)
    waits = asyncio.create_task(body.waits.wait())
    await asyncio.wait((task, waits), return_when=asyncio.FIRST_COMPLETED)
    waits.cancel()
    return task


def status(answer: Sent) -> int:
    return int(answer[0]["status"])


def test_a_body_that_does_not_come_is_given_up(settings: Settings, feed: Path, start: Start) -> None:
    build_index(settings, str(feed))
    client = start(body_seconds=0.05)
    parts = iter([{"type": "http.request", "body": b"half", "more_body": True}])

    async def receive() -> dict[str, Any]:
        for part in parts:
            return part
        await asyncio.sleep(60)
        raise AssertionError("waited for ever")

    head, body = drive(client, receive)
    assert head["status"] == 408
    assert b"/problems/request-timeout" in body["body"]
    assert client.app.state.services.lookups.inside == 0


def test_a_false_content_length_does_not_help(client: TestClient) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"\0" * 500_000, "more_body": True}

    head, body = drive(client, receive)
    assert head["status"] == 413
    assert b"/problems/body-too-large" in body["body"]


@pytest.mark.parametrize(
    ("path", "most"),
    [("/v1/orders", 262_144), ("/v1/nothing", 262_144), ("/language", 16_384), ("/", 16_384)],
)
def test_where_no_file_is_taken_a_long_body_is_not_begun(client: TestClient, path: str, most: int) -> None:
    head, body = drive(client, never, path, length=most + 1)
    assert head["status"] == 413
    assert b"/problems/body-too-large" in body["body"]


@pytest.mark.parametrize(
    ("path", "kind", "parts"),
    [("/v1/orders", "application/json", 32), ("/language", "application/x-www-form-urlencoded", 2)],
)
def test_where_no_file_is_taken_reading_ends_at_the_bound(
    client: TestClient, path: str, kind: str, parts: int
) -> None:
    """Before anything is made of what came, and before who asks is looked up."""
    came = 0

    async def receive() -> dict[str, Any]:
        nonlocal came
        came += 1
        return {"type": "http.request", "body": b"&" * 8192, "more_body": True}

    head, body = drive(client, receive, path, kind)
    assert head["status"] == 413
    assert b"/problems/body-too-large" in body["body"]
    assert came == parts + 1


def test_a_client_that_goes_away_is_no_accident(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    assert drive(client, receive) == []
    assert not caplog.records
    assert client.app.state.services.lookups.inside == 0


@pytest.mark.parametrize(("path", "good"), [(PHOTO, 200), ("/v1/posts", 201)])
def test_bodies_that_come_slowly_keep_nobody_out(
    client: TestClient, settings: Settings, path: str, good: int
) -> None:
    """More of them than have room at the gates; and once they are there, they are worked on."""
    body = b'--a\r\nContent-Disposition: form-data; name="photo"\r\n\r\n' + picture() + b"\r\n--a--\r\n"
    headers = {"Content-Type": FORM, "Authorization": f"Bearer {person(client, settings, 'Ada').key}"}

    async def use() -> None:
        slow = [Slow(body[:20], body[20:]) for _ in range(30)]
        tasks = [await begun(one, driven(client, one, path, headers)) for one in slow]
        quick = Slow(body[:20], body[20:])
        quick.ends.set()
        assert status(await driven(client, quick, path, headers)) == good
        for one, task in zip(slow, tasks, strict=True):
            one.ends.set()
            assert status(await task) == good

    asyncio.run(use())


def test_an_address_has_a_share_of_the_room_for_bodies(client: TestClient) -> None:
    """Eight bodies of the longest that are on their way; other addresses have the rest."""
    headers = {"Content-Type": "image/png"}
    longest = b"x" * (200_000 + 1024 * 1024)

    async def use() -> None:
        slow = [Slow(longest) for _ in range(8)]
        tasks = [await begun(one, driven(client, one, PHOTO, headers, "192.0.2.1")) for one in slow]
        head, body = await driven(client, Slow(longest), PHOTO, headers, "192.0.2.1")
        assert head["status"] == 503
        assert b"/problems/overloaded" in body["body"]
        assert {b"retry-after", b"connection"} <= {name for name, _ in head["headers"]}
        other = Slow(picture(), b"\0")
        other.ends.set()
        assert status(await driven(client, other, PHOTO, headers, "192.0.2.2")) == 200
        for one, task in zip(slow, tasks, strict=True):
            one.ends.set()
            assert status(await task) == 413  # The picture is longer than one may be.
        again = Slow(picture(), b"\0")
        again.ends.set()
        assert status(await driven(client, again, PHOTO, headers, "192.0.2.1")) == 200

    asyncio.run(use())


def test_all_addresses_together_have_a_bound() -> None:
    room = RequestBodyBudget(most=100, share=60)
    room.take("a", 60)
    for address, size in (("a", 1), ("b", 41)):
        with pytest.raises(OverloadedError):
            room.take(address, size)
    room.take("b", 40)
    room.give_back("a", 60)
    room.take("b", 20)
    assert room.held == 60


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
@pytest.mark.parametrize(("gives_way", "nicer"), [(True, 5), (False, 0)])
def test_threads_that_keep_a_processor_busy_let_others_go_first(gives_way: bool, nicer: int) -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    async def use() -> int:
        gate = BoundedExecutor("test", at_once=1, waiting=0, gives_way=gives_way)
        found = await gate.run(priority)
        gate.close()
        return found

    before = priority()
    assert asyncio.run(use()) == min(before + nicer, 19)
    assert priority() == before


def test_a_full_feed_says_so_at_once(client: TestClient) -> None:
    pages = client.app.state.services.pages
    paths = ("/v1/posts", "/v1/products/red-mug/posts", "/", "/?interest=Kitchen", "/products/red-mug")
    for path in paths:
        assert client.get(path).status_code == 200
        with ExitStack() as full:
            while not pages.is_full:
                full.enter_context(pages.admit())
            refused = client.get(path)
            problem(refused, 503, "overloaded")
            assert int(refused.headers["retry-after"]) > 0
        assert client.get(path).status_code == 200


def test_a_full_feed_tells_people_in_their_language(client: TestClient) -> None:
    pages = client.app.state.services.pages
    browser = {"Accept": "text/html", "Accept-Language": "it"}
    with ExitStack() as full:
        while not pages.is_full:
            full.enter_context(pages.admit())
        refused = client.get("/", headers=browser)
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (503, True)
    assert "Riprova tra un momento." in refused.text


def test_a_gate_lets_in_what_it_has_room_for() -> None:
    async def use() -> int:
        gate = BoundedExecutor("test", at_once=1, waiting=1)
        with gate.admit(), gate.admit():
            with pytest.raises(OverloadedError), gate.admit():
                pass
            result = await gate.run(lambda: 42)
        with gate.admit():
            pass
        gate.close()
        return result

    assert asyncio.run(use()) == 42
