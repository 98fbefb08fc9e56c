"""Single products and index versions through the API."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from spark_vision.app.container import build_index, update_index, version_store
from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.index.atomic_files import try_file_lock
from tests.integration.api.conftest import FEED, Start
from tests.integration.api.pictures import COLOURS, picture, problem
from tests.integration.api.team import key, pictures_at

PRODUCTS = "/v1/catalogue/products"
VERSIONS = "/v1/index/versions"
# The red mug as the feed has it.
RED = {
    "title": "Red mug",
    "description": "A mug.",
    "link": "https://shop.example/red-mug",
    "product_type": "Kitchen > Mugs",
    "price": {"amount": "12.50", "currency": "EUR"},
    "brand": "Rosso",
    "color": "red",
}


@pytest.fixture
def shop(settings: Settings, feed: Path, start: Start) -> TestClient:
    """The service with the three mugs live; pictures of this machine may be fetched."""
    build_index(settings, str(feed))
    return start(settings.model_copy(update={"picture_networks": ("127.0.0.0/8",)}), watch_seconds=3600)


def test_a_changed_price_is_live_at_once_and_is_what_an_update_gives(
    shop: TestClient, settings: Settings, feed: Path
) -> None:
    team = key(shop)
    price = {"price": {"amount": "9.90", "currency": "EUR"}, "regular_price": RED["price"]}
    answer = shop.put(f"{PRODUCTS}/red-mug", headers=team, json={**RED, **price})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "changed"), answer.text
    shown = shop.get("/v1/products/red-mug").json()
    assert shown["index_version"] == answer.json()["index_version"]
    assert (shown["price"], shown["regular_price"]) == (price["price"], price["regular_price"])
    assert shown["reference_images"] == ["red.png"]
    assert shop.get("/v1/products/red-mug/image").status_code == 200
    found = shop.get("/v1/search/products", params={"q": "mug", "max_price": "10", "brand": "rosso"}).json()
    assert [held["product_id"] for held in found["suggestions"]] == ["red-mug"]
    header, *rows = FEED.splitlines()
    on_sale = [row.replace("12.50 EUR", "12.50 EUR,9.90 EUR") for row in rows]
    header = header.replace("price", "price,sale_price")
    feed.write_text("\n".join([header, *[row if "9.90" in row else _shifted(row) for row in on_sale]]) + "\n")
    assert update_index(settings, str(feed)).outcome == "unchanged"
    again = shop.put(f"{PRODUCTS}/red-mug", headers=team, json={**RED, **price}).json()
    assert (again["outcome"], again["index_version"]) == ("unchanged", shown["index_version"])


def _shifted(row: str) -> str:
    """A row with an empty cell behind its price."""
    cells = row.split(",")
    return ",".join([*cells[:7], "", *cells[7:]])


def test_a_product_comes_and_goes_with_pictures_by_their_address(shop: TestClient) -> None:
    team = key(shop)
    with pictures_at({f"{name}.png": picture(name, size=(80, 60)) for name in COLOURS}) as base:
        new = {"title": "Cup", "image_links": [f"{base}green.png"]}
        added = shop.put(f"{PRODUCTS}/cups/green one", headers=team, json=new)
        assert (added.status_code, added.json()["outcome"]) == (201, "added"), added.text
        more = {**RED, "image_links": ["red.png", f"{base}blue.png"]}
        assert shop.put(f"{PRODUCTS}/red-mug", headers=team, json=more).json()["outcome"] == "changed"
        assert shop.get("/v1/products/red-mug").json()["reference_images"] == ["red.png", f"{base}blue.png"]
        wrong = {"title": "Cup", "image_links": [f"{base}gone.png"]}
        problem(shop.put(f"{PRODUCTS}/other", headers=team, json=wrong), 422, "invalid-input")
    seen = shop.post("/v1/search/photo", content=picture("green", size=(80, 60)), params={"top": 2}).json()
    found = {held["product_id"]: held["similarity"] for held in seen["items"][0]["suggestions"]}
    assert found["cups/green one"] > 0.999
    gone = shop.delete(f"{PRODUCTS}/cups/green one", headers=team)
    assert (gone.status_code, gone.json()["outcome"]) == (200, "removed")
    problem(shop.get("/v1/products/cups/green one"), 404, "product-not-found")
    problem(shop.delete(f"{PRODUCTS}/cups/green one", headers=team), 404, "not-found")


def test_a_deleted_embedding_cache_is_made_anew(shop: TestClient, settings: Settings) -> None:
    team = key(shop)
    for path in (settings.index_dir / "cache").glob("*.sqlite*"):
        path.unlink()
    assert shop.put(f"{PRODUCTS}/red-mug", headers=team, json={**RED, "size": "L"}).status_code == 200
    assert version_store(settings).load().product("red-mug").size == "L"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"image_links": ["/etc/passwd"]}, "invalid-input"),
        ({"image_links": ["../red.png"]}, "invalid-input"),
        ({"image_links": ["green.png"]}, "invalid-input"),
        ({"image_links": ["http://10.0.0.1/a.png"]}, "invalid-input"),
        ({"image_links": []}, "invalid-request"),
        ({"title": ""}, "invalid-request"),
        ({"price": {"amount": "-1", "currency": "EUR"}}, "invalid-request"),
        ({"price": {"amount": "1", "currency": "Euro"}}, "invalid-request"),
        ({"mood": "good"}, "invalid-request"),
    ],
)
def test_a_product_that_makes_no_sense_is_refused_and_nothing_is_published(
    shop: TestClient, settings: Settings, change: dict[str, object], code: str
) -> None:
    problem(shop.put(f"{PRODUCTS}/red-mug", headers=key(shop), json={**RED, **change}), 422, code)
    assert len(version_store(settings).names()) == 1


def test_a_new_product_needs_a_picture_and_an_index_is_never_empty(shop: TestClient) -> None:
    team = key(shop)
    problem(shop.put(f"{PRODUCTS}/new", headers=team, json={"title": "New"}), 422, "invalid-input")
    for product_id in ("red-mug", "green-mug"):
        assert shop.delete(f"{PRODUCTS}/{product_id}", headers=team).status_code == 200
    problem(shop.delete(f"{PRODUCTS}/kitchen/blue mug", headers=team), 409, "conflict")


def test_while_another_builds_a_change_is_asked_to_wait(shop: TestClient, settings: Settings) -> None:
    team = key(shop)
    with try_file_lock(settings.index_dir / ".lock"):
        busy = shop.delete(f"{PRODUCTS}/red-mug", headers=team)
    value = problem(busy, 503, "index-busy")
    assert str(settings.index_dir) not in value["detail"]
    assert busy.headers["retry-after"]


def test_versions_are_activated_verified_and_gone_back_to(shop: TestClient, settings: Settings) -> None:
    team = key(shop)
    first = shop.get("/v1/index").json()["version"]
    second = shop.delete(f"{PRODUCTS}/red-mug", headers=team).json()["index_version"]
    active = shop.post(f"{VERSIONS}/{first}/activate", headers=team).json()
    assert (active["version"], active["live"], active["served"]) == (first, True, True)
    assert shop.get("/v1/index").json()["version"] == first
    assert shop.post("/v1/index/rollback", headers=team).json()["version"] == second
    assert shop.get("/v1/index").json()["version"] == second
    problem(shop.post("/v1/index/rollback", headers=team), 409, "conflict")
    verified = shop.post(f"{VERSIONS}/{first}/verify", headers=team).json()
    assert (verified["ok"], verified["files"], verified["detail"]) == (True, 4, None)
    (settings.index_dir / "versions" / first / "vectors.faiss").write_bytes(b"damaged")
    damaged = shop.post(f"{VERSIONS}/{first}/verify", headers=team).json()
    assert damaged["ok"] is False
    assert damaged["detail"].startswith(f"versions/{first}/vectors.faiss: ")
    refused = problem(shop.post(f"{VERSIONS}/{first}/activate", headers=team), 409, "conflict")
    assert "vectors.faiss" in refused["detail"]
    assert str(settings.index_dir) not in refused["detail"]
    assert shop.get("/v1/index").json()["version"] == second
    for verb in ("activate", "verify"):
        problem(shop.post(f"{VERSIONS}/nothing/{verb}", headers=team), 404, "not-found")
    problem(shop.get(f"{VERSIONS}/..%2F../report", headers=team), 404, "not-found")


def test_where_the_index_folder_cannot_be_written_the_live_version_stays(
    shop: TestClient, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    team = key(shop)
    first = shop.get("/v1/index").json()["version"]
    second = shop.delete(f"{PRODUCTS}/red-mug", headers=team).json()["index_version"]
    lock = settings.index_dir / ".live.lock"
    lock.unlink()
    lock.mkdir()
    for path in (f"{VERSIONS}/{first}/activate", "/v1/index/rollback"):
        refused = problem(shop.post(path, headers=team), 409, "conflict")
        assert ".live.lock" in refused["detail"]
        assert str(settings.index_dir) not in refused["detail"]
    assert str(lock) in caplog.text
    assert shop.get("/v1/index").json()["version"] == second


def test_only_the_catalogue_team_changes_anything(shop: TestClient) -> None:
    poster = key(shop, Role.POSTER)
    for headers, status, code in (({}, 401, "key-needed"), (poster, 403, "not-allowed")):
        problem(shop.put(f"{PRODUCTS}/red-mug", headers=headers, json=RED), status, code)
        problem(shop.delete(f"{PRODUCTS}/red-mug", headers=headers), status, code)
        problem(shop.post("/v1/index/rollback", headers=headers), status, code)
        for verb in ("activate", "verify"):
            problem(shop.post(f"{VERSIONS}/x/{verb}", headers=headers), status, code)
        for path in (f"{VERSIONS}/x/report", f"{VERSIONS}/x/report.html"):
            problem(shop.get(path, headers=headers), status, code)
