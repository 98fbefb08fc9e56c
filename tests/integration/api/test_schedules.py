"""Schedules: feeds that the service fetches by itself."""

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from starlette.testclient import TestClient

from spark_vision.app.settings import Settings
from spark_vision.catalogue.addresses import networks
from spark_vision.catalogue.notice import NoticeError, WebhookTarget, send_webhook
from spark_vision.core.errors import SettingsError
from spark_vision.imports.schedules import ScheduleRunner
from tests.integration.api.conftest import Start
from tests.integration.api.pictures import COLOURS, picture, problem
from tests.integration.api.team import IMPORTS, finished, key
from tests.picture_host import LOOPBACK, Server, answer, serving

SCHEDULES = "/v1/catalogue/schedules"
SECRET = "a-secret-that-signs"
PASSWORD = "Tr0ub4dor-s3cr3t"
ANN = {"user": "ann", "password": PASSWORD}
HEADER = "id,title,image_link,price\n"


@pytest.fixture
def client(settings: Settings, start: Start) -> TestClient:
    return start(settings.model_copy(update={"picture_networks": ("127.0.0.0/8",)}))


@pytest.fixture
def host() -> Iterator[Server]:
    with serving() as host:
        rows = "".join(f"p{number},P,{name}.png,\n" for number, name in enumerate(COLOURS))
        host.answers = {f"/{name}.png": [answer(200, picture(name))] for name in COLOURS}
        host.answers["/feed.csv"] = [answer(200, (HEADER + rows).encode(), ETag='"1"')]
        yield host


@contextmanager
def receiver(*statuses: int) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A receiver of webhooks, which answers with these statuses in turn."""
    got: list[tuple[dict[str, str], bytes]] = []
    left = list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(left.pop(0) if left else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/notices", got
        server.shutdown()
        thread.join()


def schedule(client: TestClient, team: dict[str, str], address: str, **more: Any) -> dict[str, Any]:
    body = {"address": address, "time": "02:30", "time_zone": "Europe/Rome", **more}
    made = client.post(SCHEDULES, headers=team, json=body)
    assert made.status_code == 201, made.text
    value: dict[str, Any] = made.json()
    assert made.headers["location"] == f"{SCHEDULES}/{value['id']}"
    return value


def runner(client: TestClient, webhook: WebhookTarget | None = None) -> ScheduleRunner:
    services = client.app.state.services
    return ScheduleRunner(services.settings, services.store, webhook)


def test_a_schedule_is_created_listed_changed_and_deleted(client: TestClient, settings: Settings) -> None:
    team = key(client)
    made = schedule(
        client, team, "https://shop.example/feed", credentials={"user": "ann", "password": PASSWORD}
    )
    assert (made["has_credentials"], made["active"]) == (True, True)
    assert datetime.fromisoformat(made["next_run_at"]) > datetime.now(UTC)
    path = f"{SCHEDULES}/{made['id']}"
    changed = client.patch(path, headers=team, json={"time": "04:00", "credentials": None, "active": False})
    assert {**made, **changed.json()} == changed.json()
    assert (changed.json()["time"], changed.json()["has_credentials"]) == ("04:00", False)
    assert changed.json()["next_run_at"] is None
    assert client.get(SCHEDULES, headers=team).json()["schedules"] == [changed.json()]
    assert client.delete(path, headers=team).status_code == 204
    problem(client.get(path, headers=team), 404, "not-found")
    problem(client.delete(path, headers=team), 404, "not-found")


def test_credentials_are_encrypted_and_never_shown(client: TestClient, settings: Settings) -> None:
    team = key(client)
    made = schedule(
        client, team, "https://shop.example/feed", credentials={"user": "ann", "password": PASSWORD}
    )
    shown = [client.get(path, headers=team).text for path in (SCHEDULES, f"{SCHEDULES}/{made['id']}")]
    stored = b"".join(path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file())
    assert not any(PASSWORD in text for text in shown)
    assert PASSWORD.encode() not in stored
    inside = {"address": f"https://ann:{PASSWORD}@shop.example/feed", "time": "02:30"}
    refused = client.post(SCHEDULES, headers=team, json=inside)
    assert (refused.status_code, PASSWORD in refused.text) == (422, False)


@pytest.mark.parametrize(
    "body",
    [
        {"time": "24:00"},
        {"time": "2:30"},
        {"time_zone": "Mars/Base"},
        {"time_zone": "../../etc/passwd"},
        {"address": "ftp://shop.example/feed"},
        {"credentials": {}},
        {"credentials": {"user": "ann", "token": "t"}},
        {"more": 1},
    ],
)
def test_schedules_that_make_no_sense_are_refused(client: TestClient, body: dict[str, Any]) -> None:
    whole = {"address": "https://shop.example/feed", "time": "02:30", **body}
    assert client.post(SCHEDULES, headers=key(client), json=whole).status_code == 422


def test_a_schedule_runs_when_its_time_has_come_and_once_after_a_downtime(
    client: TestClient, host: Server
) -> None:
    team = key(client)
    made = schedule(client, team, host.url("/feed.csv"))
    now = datetime.fromisoformat(made["next_run_at"])
    runner(client).tick(now - timedelta(seconds=1))
    assert client.get(IMPORTS, headers=team).json()["imports"] == []
    late = now + timedelta(days=3)
    for _ in range(3):
        runner(client).tick(late)
    (queued,) = client.get(IMPORTS, headers=team).json()["imports"]
    client.app.state.services.imports.wake()
    assert finished(client, team, queued["id"])["state"] == "done"
    after = client.get(f"{SCHEDULES}/{made['id']}", headers=team).json()
    assert after["last_import_id"] == queued["id"]
    assert late < datetime.fromisoformat(after["next_run_at"]) <= late + timedelta(days=1)
    assert client.get("/v1/index").json()["products"] == len(COLOURS)


def test_it_is_run_now_but_not_twice_at_once(client: TestClient, host: Server) -> None:
    team = key(client)
    made = schedule(client, team, host.url("/feed.csv"), active=False)
    client.app.state.services.imports.close()  # nothing is worked on
    first = client.post(f"{SCHEDULES}/{made['id']}/run", headers=team)
    assert (first.status_code, first.json()["state"]) == (202, "queued")
    problem(client.post(f"{SCHEDULES}/{made['id']}/run", headers=team), 409, "conflict")


def test_a_failed_run_is_notified_once_and_signed(settings: Settings, start: Start, host: Server) -> None:
    host.answers["/feed.csv"] = [answer(500)]
    with receiver(503) as (url, got):
        changed = {"picture_networks": ("127.0.0.0/8",), "notice_url": url, "notice_secret": SECRET}
        client = start(settings.model_copy(update=changed))
        team = key(client)
        made = schedule(client, team, host.url("/feed.csv"))
        started = client.post(f"{SCHEDULES}/{made['id']}/run", headers=team).json()
        assert finished(client, team, started["id"])["state"] == "failed"
        deadline = time.monotonic() + 20
        while not got and time.monotonic() < deadline:
            time.sleep(0.05)
        client.app.state.services.imports.close()
        assert len(got) == 1  # and not again at once
        later = runner(client, WebhookTarget(url, SECRET, LOOPBACK))
        later.tick(datetime.now(UTC) + timedelta(minutes=6))
        later.tick(datetime.now(UTC) + timedelta(minutes=12))
    assert len(got) == 2
    headers, body = got[1]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    signature = base64.b64encode(hmac.digest(SECRET.encode(), signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{signature}"
    assert got[0][0]["webhook-id"] == headers["webhook-id"]
    told = json.loads(body)
    assert (told["type"], told["data"]["import_id"]) == ("import.failed", started["id"])
    assert "500" in told["data"]["detail"]


def test_a_notice_is_not_sent_into_a_private_network() -> None:
    with receiver() as (url, got), pytest.raises(NoticeError, match="not a public address"):
        send_webhook(WebhookTarget(url, SECRET, networks(["10.0.0.0/8"])), "id", {}, datetime.now(UTC))
    assert got == []


def test_webhooks_need_a_secret(settings: Settings, start: Start) -> None:
    with pytest.raises(SettingsError, match="NOTICE_SECRET"):
        start(settings.model_copy(update={"notice_url": "https://shop.example/notices"}))


def test_the_page_adds_pauses_and_deletes(client: TestClient) -> None:
    team = key(client)
    client.post("/sign-in", data={"key": team["Authorization"].removeprefix("Bearer "), "then": "/"})
    token = re.search('name="token" value="([^"]+)"', client.get("/catalogue").text)
    assert token is not None
    form = {"token": token[1], "address": "https://shop.example/feed", "time": "02:30"}
    refused = client.post("/catalogue/schedules", data={**form, "time_zone": "Mars/Base", "bearer": PASSWORD})
    assert (refused.status_code, "Mars/Base" in refused.text, PASSWORD in refused.text) == (422, True, False)
    page = client.post("/catalogue/schedules", data={**form, "time_zone": "Europe/Rome", "bearer": PASSWORD})
    assert (page.status_code, "with credentials" in page.text, PASSWORD in page.text) == (200, True, False)
    (made,) = client.get(SCHEDULES, headers=team).json()["schedules"]
    paused = client.post(f"/catalogue/schedules/{made['id']}/toggle", data=form)
    assert "paused" in paused.text
    client.post(f"/catalogue/schedules/{made['id']}/delete", data=form)
    assert client.get(SCHEDULES, headers=team).json()["schedules"] == []
