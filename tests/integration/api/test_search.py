"""Looking things up, as those do who mean well."""

import json

import pytest
from starlette.testclient import TestClient

from .pictures import half_and_half, picture

PHOTO = "/v1/search/photo"
PNG = {"Content-Type": "image/png"}


def best(item: dict) -> str:
    return item["suggestions"][0]["product_id"]


@pytest.mark.parametrize("colour", ["red", "green"])
@pytest.mark.parametrize("content_type", ["image/png", "image/jpeg", "application/octet-stream"])
def test_a_bare_picture_finds_its_product(client: TestClient, colour: str, content_type: str) -> None:
    answer = client.post(PHOTO, content=picture(colour), headers={"Content-Type": content_type})
    assert answer.status_code == 200
    body = answer.json()
    (item,) = body["items"]
    assert best(item) == f"{colour}-mug"
    assert item["box"] is None
    assert item["no_match"] is None
    assert set(item["suggestions"][0]) == {
        "product_id",
        "title",
        "probability",
        "similarity",
        "reference_image",
    }
    assert body["model"] == "fake"
    assert body["index_version"] == client.get("/v1/index").json()["version"]
    assert {"wait", "decode", "prepare", "forward", "search", "total"} <= set(body["timings"])
    assert set(body["products"]) == {held["product_id"] for held in item["suggestions"]}


def test_a_picture_without_a_type_is_read(client: TestClient) -> None:
    assert client.post(PHOTO, content=picture()).status_code == 200


def test_boxes_of_the_query_are_items_in_their_order(client: TestClient) -> None:
    query = {"box": ["0.5,0,0.5,1", "0,0,0.5,1"], "top": 1}
    body = client.post(PHOTO, content=half_and_half(), headers=PNG, params=query).json()
    assert [item["box"] and item["box"]["x"] for item in body["items"]] == [0.5, 0.0, None]
    assert [best(item) for item in body["items"][:2]] == ["kitchen/blue mug", "red-mug"]
    assert all(len(item["suggestions"]) == 1 for item in body["items"])


def test_a_form_carries_photo_boxes_and_top(client: TestClient) -> None:
    boxes = [{"x": 0.5, "y": 0, "width": 0.5, "height": 1}]
    form = {"boxes": json.dumps(boxes), "top": "1"}
    files = {"photo": ("../a\N{SNOWMAN}.png", half_and_half(), "image/png")}
    body = client.post(PHOTO, data=form, files=files, params={"box": "0,0,0.5,1"}).json()
    assert [best(item) for item in body["items"][:2]] == ["red-mug", "kitchen/blue mug"]
    assert [len(item["suggestions"]) for item in body["items"]] == [1, 1, 1]


def test_the_same_photo_gives_the_same_answer(client: TestClient) -> None:
    answers = [client.post(PHOTO, content=picture(), headers=PNG).json()["items"] for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]


def test_words_find_products(client: TestClient) -> None:
    body = client.get("/v1/search/products", params={"q": "a green thing", "top": 2}).json()
    assert body["query"] == "a green thing"
    assert next(held["product_id"] for held in body["suggestions"]) == "green-mug"
    assert len(body["suggestions"]) == 2
    assert body["products"]["green-mug"] == {
        "title": "Green mug",
        "price": None,
        "availability": "out_of_stock",
        "brand": "",
        "product_type": "Kitchen > Mugs",
        "link": "",
    }
