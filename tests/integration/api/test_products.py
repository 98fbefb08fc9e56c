"""Products and their pictures."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from spark_vision.app.settings import Settings
from tests.integration.api.conftest import Start
from tests.integration.api.people import person
from tests.integration.api.pictures import problem


def test_a_product_is_as_it_was_in_the_feed(client: TestClient) -> None:
    body = client.get("/v1/products/red-mug").json()
    assert body["title"] == "Red mug"
    assert body["price"] == {"amount": "12.50", "currency": "EUR"}
    assert body["brand"] == "Rosso"
    assert body["reference_images"] == ["red.png"]
    assert body["index_version"] == client.get("/v1/index").json()["version"]


@pytest.mark.parametrize("path", ["kitchen/blue%20mug", "kitchen%2Fblue%20mug"])
def test_an_id_may_hold_slashes_and_spaces(client: TestClient, path: str) -> None:
    assert client.get(f"/v1/products/{path}").json()["id"] == "kitchen/blue mug"
    assert client.get(f"/v1/products/{path}/image").status_code == 200


@pytest.mark.parametrize(
    "product_id", ["none", "..%2F..%2Fetc%2Fpasswd", str(2**63), "-1", "a" * 4000, "%FF"]
)
def test_an_unknown_product_is_a_problem(client: TestClient, product_id: str) -> None:
    problem(client.get(f"/v1/products/{product_id}"), 404, "product-not-found")
    problem(client.get(f"/v1/products/{product_id}/image"), 404, "product-not-found")


def test_an_address_with_nul_is_a_bad_request(client: TestClient) -> None:
    problem(client.get("/v1/products/%00"), 400, "bad-request")


def test_a_picture_is_small_and_clean(client: TestClient, feed: Path) -> None:
    assert b"secret place" in (feed.parent / "red.png").read_bytes()
    answer = client.get("/v1/products/red-mug/image", params={"size": 160})
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert b"secret place" not in answer.content
    image = Image.open(BytesIO(answer.content))
    assert image.size == (160, 107)
    assert not image.getexif()
    assert max(abs(a - b) for a, b in zip(image.getpixel((80, 50)), (220, 30, 30), strict=True)) < 6


def test_a_picture_is_never_enlarged(client: TestClient) -> None:
    answer = client.get("/v1/products/red-mug/image", params={"size": 1024})
    assert Image.open(BytesIO(answer.content)).size == (600, 400)


def test_a_picture_is_kept_for_ever_under_its_version_alone(client: TestClient) -> None:
    version = client.get("/v1/index").json()["version"]
    by_version = client.get("/v1/products/red-mug/image", params={"v": version})
    assert "immutable" in by_version.headers["cache-control"]
    assert "immutable" not in client.get("/v1/products/red-mug/image").headers["cache-control"]
    assert "immutable" not in client.get("/v1/products/red-mug/image?v=old").headers["cache-control"]


def test_pictures_that_not_everybody_may_see_are_kept_by_no_cache_between(
    settings: Settings, client: TestClient, start: Start
) -> None:
    closed = start(settings.model_copy(update={"anonymous_browsing": False}))
    ada = person(closed, "Ada")
    post_id, _ = ada.publish()
    version = ada.ask("GET", "/v1/index").json()["version"]
    for path in (
        f"/v1/posts/{post_id}/photo",
        "/v1/products/red-mug/image",
        f"/v1/products/red-mug/image?v={version}",
    ):
        answer = ada.ask("GET", path)
        same = ada.ask("GET", path, headers={"If-None-Match": answer.headers["etag"]})
        for headers in (answer.headers, same.headers):
            assert headers["cache-control"].split(", ")[0] == "private"
            assert headers["vary"] == "Authorization, Cookie"
        opened = client.get(path)
        assert opened.headers["cache-control"].split(", ")[0] == "public"


def test_a_known_picture_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/v1/products/red-mug/image").headers["etag"]
    again = client.get("/v1/products/red-mug/image", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other_size = client.get("/v1/products/red-mug/image?size=99", headers={"If-None-Match": tag})
    assert other_size.status_code == 200


@pytest.mark.parametrize("size", ["0", "15", "1025", "big", "nan"])
def test_a_size_has_bounds(client: TestClient, size: str) -> None:
    problem(client.get("/v1/products/red-mug/image", params={"size": size}), 422, "invalid-request")


@pytest.mark.parametrize("damage", ["gone", "damaged", "html"])
def test_a_picture_that_is_gone_is_a_problem_without_a_path(
    client: TestClient, feed: Path, damage: str
) -> None:
    path = feed.parent / "red.png"
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:60] if damage == "damaged" else b"<html>")
    value = problem(client.get("/v1/products/red-mug/image"), 404, "picture-not-found")
    assert str(feed.parent) not in str(value)
