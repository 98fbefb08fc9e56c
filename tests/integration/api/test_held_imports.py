"""Imports that are held: what the team sees, accepts and discards."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from spark_vision.app.settings import Settings
from tests.integration.api.conftest import Start
from tests.integration.api.pictures import COLOURS, picture
from tests.integration.api.team import IMPORTS, finished, key, pictures_at
from tests.integration.api.test_imports import HEADER, send

NAMES = list(COLOURS)


@pytest.fixture
def client(settings: Settings, start: Start) -> TestClient:
    return start(settings.model_copy(update={"picture_networks": ("127.0.0.0/8",)}))


@pytest.fixture
def base() -> Iterator[str]:
    with pictures_at({f"{name}.png": picture(name) for name in COLOURS}) as address:
        yield address


def imported(client: TestClient, team: dict[str, str], base: str, products: int) -> dict[str, Any]:
    """Import a feed of some products and wait for its end."""
    rows = (f"p{number},P,{NAMES[number % len(NAMES)]}.png,\n" for number in range(products))
    sent = send(client, team, HEADER + "".join(rows), pictures_base=base)
    return finished(client, team, sent["id"])


@pytest.fixture
def held(client: TestClient, base: str) -> tuple[dict[str, str], dict[str, Any], str]:
    """The team's headers, a held import, and the version that was live before it."""
    team = key(client)
    live = imported(client, team, base, 8)["result"]["version"]
    return team, imported(client, team, base, 2), live


def live_version(client: TestClient) -> str:
    client.app.state.services.live.refresh()
    version: str = client.get("/v1/index").json()["version"]
    return version


def test_a_small_feed_is_held_and_costs_the_live_service_nothing(
    client: TestClient, held: tuple[dict[str, str], dict[str, Any], str]
) -> None:
    _, made, live = held
    assert (made["state"], made["result"]["outcome"]) == ("held", "held")
    assert (made["result"]["held"]["removed"], made["result"]["held"]["before"]) == (6, 8)
    assert live_version(client) == live
    assert client.get("/v1/products/p7").status_code == 200


def test_accept_makes_it_live(client: TestClient, held: tuple[dict[str, str], dict[str, Any], str]) -> None:
    team, made, _ = held
    answer = client.post(f"{IMPORTS}/{made['id']}/accept", headers=team)
    assert (answer.status_code, answer.json()["state"]) == (200, "done")
    assert answer.json()["result"]["outcome"] == "published"
    assert live_version(client) == made["result"]["version"]
    again = client.post(f"{IMPORTS}/{made['id']}/accept", headers=team)
    assert again.status_code == 409


def test_discard_keeps_the_live_version(
    client: TestClient, held: tuple[dict[str, str], dict[str, Any], str]
) -> None:
    team, made, live = held
    answer = client.post(f"{IMPORTS}/{made['id']}/discard", headers=team)
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert live_version(client) == live
    versions = [known["version"] for known in client.get("/v1/index/versions").json()["versions"]]
    assert made["result"]["version"] not in versions


def test_a_held_import_that_a_newer_one_replaced_cannot_be_accepted(
    client: TestClient, base: str, held: tuple[dict[str, str], dict[str, Any], str]
) -> None:
    team, made, _ = held
    assert imported(client, team, base, 9)["state"] == "done"
    refused = client.post(f"{IMPORTS}/{made['id']}/accept", headers=team)
    assert refused.status_code == 409
    assert str(client.app.state.services.settings.index_dir) not in refused.text
    assert client.post(f"{IMPORTS}/{made['id']}/discard", headers=team).json()["state"] == "cancelled"


def test_the_page_says_why_an_import_was_not_accepted(
    client: TestClient, settings: Settings, held: tuple[dict[str, str], dict[str, Any], str]
) -> None:
    team, made, live = held
    version = made["result"]["version"]
    vectors = settings.index_dir / "versions" / version / "vectors.faiss"
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"?")
    page = f"/catalogue/imports/{made['id']}"
    client.post("/sign-in", data={"key": team["Authorization"].removeprefix("Bearer "), "then": "/"})
    token = re.search('name="token" value="([^"]+)"', client.get(page).text)
    assert token is not None
    answer = client.post(f"{page}/accept", data={"token": token[1]})
    assert answer.status_code == 409
    assert "its checksum is wrong" in answer.text
    assert str(settings.index_dir) not in answer.text
    assert live_version(client) == live
