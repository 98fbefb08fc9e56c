"""Batches of product changes, and what single changes leave alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from spark_vision.app.container import build_index, update_index, version_store
from spark_vision.app.settings import Settings
from spark_vision.core.errors import IndexDamagedError
from spark_vision.index.engines.faiss.exact import ExactIndex
from spark_vision.index.vector_check import check_vectors
from tests.integration.api.conftest import Start
from tests.integration.api.pictures import problem
from tests.integration.api.team import key, pictures_at

BATCH = "/v1/catalogue/batch"
PRODUCTS = "/v1/catalogue/products"


@pytest.fixture
def shop(settings: Settings, feed: Path, start: Start) -> TestClient:
    """The service with the three mugs live; pictures of this machine may be fetched."""
    build_index(settings, str(feed))
    return start(settings.model_copy(update={"picture_networks": ("127.0.0.0/8",)}), watch_seconds=3600)


def outcomes(answer: Any) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {entry["product_id"]: entry["outcome"] for entry in answer.json()["products"]}


def test_a_batch_makes_one_version_and_says_what_became_of_each(
    shop: TestClient, settings: Settings, feed: Path
) -> None:
    team, store = key(shop), version_store(settings)
    with pictures_at({"red.png": (feed.parent / "red.png").read_bytes()}) as address:
        body = {
            "puts": [
                {"id": "new", "title": "New", "image_links": [f"{address}red.png"]},
                {"id": "broken", "title": "Broken", "image_links": [f"{address}missing.png"]},
                {"id": "none", "title": "No picture"},
                {"id": "red-mug", "title": "Redder mug"},
            ],
            "deletes": ["green-mug", "never-there"],
        }
        before = len(store.names())
        answer = shop.post(BATCH, headers=team, json=body)
        assert outcomes(answer) == {
            "new": "added",
            "broken": "refused",
            "none": "refused",
            "red-mug": "changed",
            "green-mug": "removed",
            "never-there": "unchanged",
        }
        assert len(store.names()) == before + 1
        again = shop.post(BATCH, headers=team, json=body)
    assert set(outcomes(again).values()) == {"unchanged", "refused"}
    assert again.json()["index_version"] == answer.json()["index_version"] == store.live()
    details = {entry["product_id"]: entry["detail"] for entry in answer.json()["products"]}
    assert "404" in details["broken"]
    assert details["none"] == "image_links: a new product needs a picture."
    assert shop.get("/v1/products/red-mug").json()["title"] == "Redder mug"


def test_a_batch_with_a_key_has_one_effect(shop: TestClient) -> None:
    headers = {**key(shop), "Idempotency-Key": "one"}
    first = shop.post(BATCH, headers=headers, json={"deletes": ["green-mug"]})
    assert outcomes(first) == {"green-mug": "removed"}
    again = shop.post(BATCH, headers=headers, json={"deletes": ["green-mug"]})
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    problem(shop.post(BATCH, headers=headers, json={"deletes": ["red-mug"]}), 422, "key-reused")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"deletes": ["a", "a"]},
        {"puts": [{"id": "a", "title": "A"}], "deletes": ["a"]},
        {"deletes": [f"p{number}" for number in range(501)]},
        {"puts": [{"title": "No id"}]},
        {"deletes": ["a"], "more": 1},
    ],
)
def test_batches_that_make_no_sense_are_refused(shop: TestClient, body: dict[str, Any]) -> None:
    assert shop.post(BATCH, headers=key(shop), json=body).status_code == 422


def test_a_batch_that_deletes_everything_is_refused(shop: TestClient) -> None:
    team, everything = key(shop), ["red-mug", "green-mug", "kitchen/blue mug"]
    answer = shop.post(BATCH, headers=team, json={"deletes": everything})
    assert "accept_removals" in problem(answer, 409, "conflict")["detail"]
    answer = shop.post(BATCH, headers=team, json={"deletes": everything, "accept_removals": True})
    assert "never empty" in problem(answer, 409, "conflict")["detail"]
    assert shop.get("/v1/index").json()["products"] == 3


def test_ten_changes_leave_the_versions_before_them(shop: TestClient, settings: Settings, feed: Path) -> None:
    team, store = key(shop), version_store(settings)
    for number in range(3):
        feed.write_text(feed.read_text().replace("A mug", f"A fine mug {number}"))
        update_index(settings, str(feed))
    shop.get("/v1/index")
    fed = store.names()
    for number in range(12):
        answer = shop.put(f"{PRODUCTS}/red-mug", headers=team, json={"title": f"Mug {number}"})
        assert answer.json()["outcome"] == "changed", answer.text
    assert set(fed) <= set(store.names())
    assert len(store.names()) == len(fed) + 2  # the live version, and the one before it


def test_an_import_says_which_single_changes_it_replaces(
    shop: TestClient, settings: Settings, feed: Path
) -> None:
    team = key(shop)
    shop.put(f"{PRODUCTS}/red-mug", headers=team, json={"title": "By hand"})
    shop.delete(f"{PRODUCTS}/green-mug", headers=team)
    report = update_index(settings, str(feed))
    told = {issue.product_id: issue.reason for issue in report.issues if issue.severity == "warning"}
    assert set(told) == {"red-mug", "green-mug"}
    assert "the feed replaces that change" in told["red-mug"]
    assert "the feed brings it back" in told["green-mug"]
    assert report.manifest.single_changes == ()


def vectors_of(settings: Settings) -> Path:
    store = version_store(settings)
    return store.folder(store.live()) / "vectors.faiss"


@pytest.mark.parametrize("damage", ["a value of 8e37", "not a number", "a flipped bit"])
def test_no_change_is_made_over_a_damaged_index(shop: TestClient, settings: Settings, damage: str) -> None:
    team, store, path = key(shop), version_store(settings), vectors_of(settings)
    names, data = store.names(), bytearray(path.read_bytes())
    value = {"a value of 8e37": 8e37, "not a number": np.nan}.get(damage)
    patch = np.float32(value).tobytes() if value is not None else bytes([data[-7] ^ 64])
    data[-len(patch) - 8 : -8] = patch
    path.unlink()  # the service has the old file mapped
    path.write_bytes(data)

    for file in (settings.index_dir / "cache").glob("*.sqlite*"):
        file.unlink()
    for answer in (
        shop.put(f"{PRODUCTS}/red-mug", headers=team, json={"title": "By hand"}),
        shop.delete(f"{PRODUCTS}/red-mug", headers=team),
        shop.post(BATCH, headers=team, json={"deletes": ["red-mug"], "accept_removals": True}),
    ):
        value = problem(answer, 503, "index-damaged")
        assert str(settings.index_dir) not in value["detail"]
    assert store.names() == names


def test_an_index_that_was_blessed_while_damaged_is_not_loaded(settings: Settings, feed: Path) -> None:
    build_index(settings, str(feed))
    store = version_store(settings)
    index = ExactIndex.read(vectors_of(settings))
    rows = np.arange(len(index))
    bad = ExactIndex.empty(index.dimension)
    bad.add(np.concatenate([index.vectors(rows[:-1]), index.vectors(rows[-1:]) * np.float32(1e9)]))

    folder, manifest = store.folder(store.live()), store.manifest(store.live())
    check_vectors(folder, manifest)
    bad.write(folder / "vectors.faiss")
    with pytest.raises(IndexDamagedError, match="row 2 is not of unit length"):
        check_vectors(folder, manifest)
