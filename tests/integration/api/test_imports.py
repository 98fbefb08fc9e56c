"""Imports through the API, as the catalogue team does them: real feeds, real processes."""

import json
from base64 import b64encode
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from spark_vision.app.container import build_index, version_store
from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.imports.run import import_folder
from tests.integration.api.conftest import Start
from tests.integration.api.pictures import COLOURS, picture, problem
from tests.integration.api.team import IMPORTS, finished, key, pictures_at, wait_until_running
from tests.picture_host import answer as host_answer
from tests.picture_host import serving

FILES = {f"{name}.png": picture(name) for name in COLOURS}
HEADER = "id,title,image_link,price\n"


@pytest.fixture
def open_settings(settings: Settings, tmp_path: Path) -> Settings:
    """Settings under which this machine's pictures may be fetched, and a folder may be read."""
    changed = {"picture_networks": ("127.0.0.0/8",), "import_folder": tmp_path / "shop"}
    return settings.model_copy(update=changed)


def send(client: TestClient, headers: dict[str, str], feed: str, **fields: str) -> dict[str, Any]:
    files = {"feed": ("../night\\feed.csv", feed.encode(), "text/csv")}
    answer = client.post(IMPORTS, headers=headers, files=files, data=fields)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{IMPORTS}/{found['id']}"
    return found


def test_a_feed_that_is_sent_becomes_the_live_version(open_settings: Settings, start: Start) -> None:
    client = start(open_settings)
    team = key(client)
    rows = (
        "red,Red,red.png,9.00 EUR\nred,Twice,red.png,\ngone,Gone,gone.png,\nfile,File,file:///etc/passwd,\n"
    )
    with pictures_at(FILES) as base:
        sent = send(client, team, HEADER + rows + f"blue,Blue,{base}blue.png,\n", pictures_base=base)
        assert (sent["state"], sent["source"], sent["origin"]) == ("queued", "feed.csv", "sent")
        done = finished(client, team, sent["id"])
    assert done["state"] == "done", done
    result = done["result"]
    assert (result["outcome"], result["products"], result["counts"]["added"]) == ("published", 2, 2)
    assert result["counts"]["refused"] == 5
    told = {(issue["line"], issue["product_id"]) for issue in result["issues"]}
    assert told == {(3, "red"), (4, "gone"), (5, "file")}
    client.app.state.services.live.refresh()  # What the watch does, at a moment of our choosing.
    shown = client.get("/v1/products/red").json()
    assert shown["reference_images"] == [f"{base}red.png"]
    assert shown["index_version"] == result["version"]
    report = client.get(f"{IMPORTS}/{sent['id']}/report", headers=team)
    assert [change["product_id"] for change in report.json()["changes"]] == ["blue", "red"]
    page = client.get(f"{IMPORTS}/{sent['id']}/report.html", headers=team)
    assert "data:image/webp;base64," in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not (import_folder(open_settings, sent["id"]) / "feed").exists()
    of_version = f"/v1/index/versions/{result['version']}/report"
    assert client.get(of_version, headers=team).json()["changes"] == report.json()["changes"]
    assert "data:image/webp;base64," in client.get(f"{of_version}.html", headers=team).text
    listed = client.get(IMPORTS, headers=team).json()
    assert [made["id"] for made in listed["imports"]] == [sent["id"]]
    assert listed["next"] is None


def test_a_feed_by_its_address_or_in_the_folder(
    open_settings: Settings, feed: Path, start: Start, tmp_path: Path
) -> None:
    client = start(open_settings)
    team = key(client)
    (tmp_path / "secret.png").write_bytes(picture())
    (feed.parent / "link.png").symlink_to(tmp_path / "secret.png")
    outside = ["../secret.png", str(tmp_path / "secret.png"), "link.png", f"file://{tmp_path}/secret.png"]
    rows = "".join(f"out{number},Out,{image},\n" for number, image in enumerate(outside))
    gone = "gone,Gone,gone.png,\n"
    feed.write_text(HEADER + "red,Red,red.png,\n" + rows + gone)
    by_path = client.post(IMPORTS, headers=team, json={"path": "catalogue.csv", "live": True}).json()
    done = finished(client, team, by_path["id"])
    assert done["state"] == "done", done["failure"]
    assert done["result"]["products"] == 1
    refused = [issue for issue in done["result"]["issues"] if issue["image"]]
    assert [issue["product_id"] for issue in refused] == ["gone", "out0", "out1", "out2", "out3"]
    assert all("outside" in issue["reason"] for issue in refused[1:])
    # Beside the feed's own words, nothing tells where the folder is.
    reports = [client.get(f"{IMPORTS}/{done['id']}/report{end}", headers=team).text for end in ("", ".html")]
    for told in (str(done), *reports):
        assert "gone.png: cannot be read" in told
        assert str(feed.parent) not in told
    assert "From catalogue.csv, with" in reports[1]
    with pictures_at({**FILES, "feeds/a.csv": (HEADER + "green,Green,../green.png,\n").encode()}) as base:
        order = {"address": f"{base}feeds/a.csv", "live": False}
        by_address = client.post(IMPORTS, headers=team, json=order).json()
        done = finished(client, team, by_address["id"])
    assert done["state"] == "done", done["failure"]
    assert done["result"]["outcome"] == "beside"
    store = version_store(open_settings)
    assert store.load(done["result"]["version"]).product("green").images == (f"{base}green.png",)


def test_one_that_is_on_its_way_survives_a_restart_or_is_cancelled(
    open_settings: Settings, feed: Path, start: Start
) -> None:
    build_index(open_settings, str(feed))
    live = version_store(open_settings).live()
    first = start(open_settings)
    team = key(first)
    with pictures_at(FILES, slow=30) as base:
        sent = send(first, team, HEADER + "red,Red,red.png,\n", pictures_base=base)
        wait_until_running(first, team, sent["id"], "encode")
        first.app.state.services.imports.close()
        waiting = first.get(f"{IMPORTS}/{sent['id']}", headers=team).json()
        assert waiting["state"] == "queued"
        second = start(open_settings)
        wait_until_running(second, team, sent["id"], "encode")
        stopped = second.post(f"{IMPORTS}/{sent['id']}/cancel", headers=team)
        assert stopped.json()["state"] == "cancelled"
        problem(second.post(f"{IMPORTS}/{sent['id']}/cancel", headers=team), 409, "conflict")
        problem(second.get(f"{IMPORTS}/{sent['id']}/report", headers=team), 404, "not-found")
    assert version_store(open_settings).live() == live


@pytest.mark.parametrize(("path", "told"), [(".", ".: there"), ("new/", "new: there")])
def test_a_folder_without_pictures_is_named_without_its_place(
    open_settings: Settings, start: Start, tmp_path: Path, path: str, told: str
) -> None:
    empty = tmp_path / "imports"
    (empty / "new").mkdir(parents=True)
    client = start(open_settings.model_copy(update={"import_folder": empty}))
    team = key(client)
    made = client.post(IMPORTS, headers=team, json={"path": path}).json()
    done = finished(client, team, made["id"])
    assert done["state"] == "failed"
    assert str(tmp_path) not in str(done)
    assert done["failure"]["detail"].startswith(told)


def test_what_cannot_be_read_fails_in_words_without_places(settings: Settings, start: Start) -> None:
    client = start()
    team = key(client)
    private = client.post(IMPORTS, headers=team, json={"address": "http://127.0.0.1:9/feed.csv"}).json()
    broken = send(client, team, "<rss><channel><item>")
    for made, code in ((private, "catalogue"), (broken, "catalogue")):
        found = finished(client, team, made["id"])
        assert (found["state"], found["failure"]["type"]) == ("failed", f"/problems/{code}")
        assert str(settings.data_dir) not in found["failure"]["detail"]
        assert made["source"] in found["failure"]["detail"]
    first = client.get(IMPORTS, headers=team, params={"limit": 1}).json()
    second = client.get(IMPORTS, headers=team, params={"limit": 1, "cursor": first["next"]}).json()
    assert [page["imports"][0]["id"] for page in (first, second)] == [broken["id"], private["id"]]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"json": {}}, 400, "malformed-form"),
        ({"json": {"address": "https://shop.example/a", "path": "a"}}, 400, "malformed-form"),
        ({"json": {"address": "ftp://shop.example/a"}}, 422, "invalid-request"),
        ({"json": {"address": "https://shop.example/a", "model": "local-dir:/"}}, 422, "invalid-request"),
        ({"json": {"path": "../catalogue.csv"}}, 422, "catalogue"),
        ({"json": {"path": "/etc/passwd"}}, 422, "catalogue"),
        ({"content": b"[", "headers": {"Content-Type": "application/json"}}, 400, "malformed-form"),
        ({"content": b" " * 70_000, "headers": {"Content-Type": "application/json"}}, 400, "malformed-form"),
        ({"content": b"id,title", "headers": {"Content-Type": "text/csv"}}, 415, "media-type"),
        ({"files": {"feed": ("a.csv", b"")}}, 400, "malformed-form"),
        ({"files": {"photo": ("a.csv", b"id")}}, 400, "malformed-form"),
        ({"data": {"feed": "id,title"}, "files": {"x": b""}}, 400, "malformed-form"),
        ({"files": {"feed": ("a.csv", b"id")}, "data": {"format": "pdf"}}, 422, "invalid-request"),
        ({"files": {"feed": ("a.csv", b"id")}, "data": {"kind": "x" * 70_000}}, 400, "malformed-form"),
        ({"files": {"feed": ("a.csv", b"x" * 3_000_000)}}, 413, "body-too-large"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_and_leaves_nothing(
    settings: Settings, start: Start, body: dict[str, Any], status: int, code: str
) -> None:
    client = start(settings.model_copy(update={"max_feed_bytes": 1_000_000}))
    headers = {**key(client), **body.pop("headers", {})}
    problem(client.post(IMPORTS, headers=headers, **body), status, code)
    assert client.get(IMPORTS, headers=headers).json()["imports"] == []
    assert not list((settings.data_dir / "imports").glob("*"))


def test_imports_are_for_the_catalogue_team_alone(settings: Settings, start: Start) -> None:
    client = start()
    poster = key(client, Role.POSTER)
    order = {"json": {"address": "https://shop.example/feed.csv"}}
    for headers, status, code in (({}, 401, "key-needed"), (poster, 403, "not-allowed")):
        problem(client.post(IMPORTS, headers=headers, **order), status, code)
        for path in (IMPORTS, f"{IMPORTS}/x", f"{IMPORTS}/x/report", f"{IMPORTS}/x/report.html"):
            problem(client.get(path, headers=headers), status, code)
        problem(client.post(f"{IMPORTS}/x/cancel", headers=headers), status, code)
    team = key(client, Role.ADMIN)
    for path in (f"{IMPORTS}/x", f"{IMPORTS}/x/report", f"{IMPORTS}/..%2F..%2Fstore/report"):
        problem(client.get(path, headers=team), 404, "not-found")


def test_an_order_that_is_repeated_with_its_key_is_one(settings: Settings, start: Start) -> None:
    client = start()
    client.app.state.services.imports.close()
    headers = {**key(client), "Idempotency-Key": "night-1"}
    files = {"feed": ("a.csv", b"id,title,image_link")}
    first, second = (client.post(IMPORTS, headers=headers, files=files) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert second.headers["location"] == first.headers["location"]
    other = client.post(IMPORTS, headers=headers, files={"feed": ("a.csv", b"id,title,image_link,price")})
    problem(other, 422, "key-reused")
    assert len(client.get(IMPORTS, headers=headers).json()["imports"]) == 1
    assert [path.name for path in (settings.data_dir / "imports").iterdir()] == [first.json()["id"]]


def test_addresses_can_be_switched_off(settings: Settings, start: Start) -> None:
    client = start(settings.model_copy(update={"import_addresses": False}))
    refused = client.post(IMPORTS, headers=key(client), json={"address": "https://shop.example/feed.csv"})
    assert "send the feed" in problem(refused, 422, "invalid-input")["detail"]


def test_the_openapi_file_tells_of_both_bodies(settings: Settings, start: Start) -> None:
    document = json.loads(start().get("/openapi.json").text)
    content = document["paths"][IMPORTS]["post"]["requestBody"]["content"]
    assert set(content) == {"multipart/form-data", "application/json"}
    assert "feed" in content["multipart/form-data"]["schema"]["properties"]


def test_credentials_open_a_feed_and_are_never_shown(
    settings: Settings, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """A protected feed is fetched; the second time it has not changed."""
    secret = "Tr0ub4dor-s3cr3t"
    authorization = "Basic " + b64encode(f"ann:{secret}".encode()).decode()
    rows = "".join(f"p{number},P,{name}.png,\n" for number, name in enumerate(COLOURS))

    def feed(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers["Authorization"] != authorization:
            return host_answer(401)(handler)
        if handler.headers["If-None-Match"] == '"1"':
            return host_answer(304)(handler)
        return host_answer(200, (HEADER + rows).encode(), ETag='"1"')(handler)

    client = start(settings.model_copy(update={"picture_networks": ("127.0.0.0/8",)}))
    team = key(client)
    with serving() as host:
        host.answers = {f"/{name}.png": [host_answer(200, picture(name))] for name in COLOURS}
        host.answers["/feed.csv"] = [feed]
        address = host.url("/feed.csv")
        body = {"address": address, "credentials": {"user": "ann", "password": secret}}
        ends = [
            finished(client, team, client.post(IMPORTS, headers=team, json=body).json()["id"])
            for _ in range(2)
        ]
        refused = client.post(IMPORTS, headers=team, json={"address": address})
        failed = finished(client, team, refused.json()["id"])
    assert [made["result"]["feed_not_modified"] for made in ends] == [False, True]
    assert [made["result"]["outcome"] for made in ends] == ["published", "unchanged"]
    assert failed["state"] == "failed"
    assert "credentials" in failed["failure"]["detail"]
    inside = address.replace("http://", f"http://ann:{secret}@")
    told = client.post(IMPORTS, headers=team, json={"address": inside})
    assert (told.status_code, "credentials" in told.text) == (422, True)
    shown = [client.get(IMPORTS, headers=team).text, told.text, caplog.text]
    kept = [
        path.read_bytes()
        for path in [*settings.data_dir.rglob("*"), *settings.index_dir.rglob("*")]
        if path.is_file()
    ]
    marks = (secret.encode(), authorization.removeprefix("Basic ").encode())
    assert not any(mark in text.encode() for text in shown for mark in marks)
    assert not any(mark in data for data in kept for mark in marks)


def test_issues_are_grouped_by_reason_and_downloaded(settings: Settings, start: Start) -> None:
    client = start(settings.model_copy(update={"picture_networks": ("127.0.0.0/8",)}))
    team = key(client)
    rows = "".join(f"p{number},P,red.png,{number} pounds of it\n" for number in range(9))
    with pictures_at(FILES) as base:
        sent = send(client, team, HEADER + rows + "=cmd(),P,gone.png,1 EUR\n", pictures_base=base)
        made = finished(client, team, sent["id"])
    groups = made["result"]["issue_groups"]
    assert groups[0]["severity"] == "refused"
    assert [group["count"] for group in groups if group["attribute"] == "price"] == [9]
    (prices,) = [group for group in groups if group["attribute"] == "price"]
    assert [issue["product_id"] for issue in prices["examples"]] == [f"p{number}" for number in range(5)]
    table = client.get(f"{IMPORTS}/{made['id']}/issues.csv", headers=team)
    assert table.headers["content-type"].startswith("text/csv")
    assert "attachment" in table.headers["content-disposition"]
    lines = table.text.splitlines()
    assert len(lines) == 1 + sum(group["count"] for group in groups)
    assert any(",'=cmd()," in line for line in lines)
