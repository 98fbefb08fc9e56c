"""Looking things up, as those do who mean well."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.integration.api.pictures import half_and_half, picture, problem

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
        "variants",
        "why",
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


def test_a_tap_is_an_item_of_what_is_under_it(client: TestClient) -> None:
    query = {"point": ["0.25,0.5", "0.75,0.5"], "top": 1}
    items = client.post(PHOTO, content=half_and_half(), headers=PNG, params=query).json()["items"]
    assert [item["source"] for item in items] == ["asked", "asked", "photo"]
    for item, x in zip(items, (0.25, 0.75), strict=False):
        box = item["box"]
        assert box["x"] <= x <= box["x"] + box["width"]


def test_things_are_looked_for_where_one_asks(client: TestClient) -> None:
    found, whole = (
        client.post(PHOTO, content=half_and_half(), headers=PNG, params={"find": find}).json()["items"]
        for find in ("true", "false")
    )
    assert {item["source"] for item in found[:-1]} <= {"found"}
    assert [item["source"] for item in whole] == ["photo"]
    assert found[-1] == whole[0]


def test_words_say_what_is_meant(client: TestClient) -> None:
    for words, expected in (("the red one", "red-mug"), ("the blue one", "kitchen/blue mug")):
        query = {"words": words, "find": "false"}
        body = client.post(PHOTO, content=half_and_half(), headers=PNG, params=query).json()
        assert best(body["items"][0]) == expected
        assert not body["items"][0]["calibrated"]


def test_a_form_carries_points_words_and_whether_to_find(client: TestClient) -> None:
    form = {"points": json.dumps([{"x": 0.75, "y": 0.5}]), "words": "red", "find": "false"}
    body = client.post(PHOTO, data=form, files={"photo": half_and_half()}, params={"words": "blue"}).json()
    assert [item["source"] for item in body["items"]] == ["asked", "photo"]
    assert best(body["items"][-1]) == "red-mug"


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
        "regular_price": None,
        "availability": "out_of_stock",
        "brand": "",
        "product_type": "Kitchen > Mugs",
        "link": "",
    }


CONDITIONS: list[tuple[dict[str, Any], set[str]]] = [
    ({"category": "kitchen > mugs"}, {"red-mug", "green-mug", "kitchen/blue mug"}),
    ({"category": "Kitch"}, set()),
    ({"brand": ["ROSSO", "nobody"]}, {"red-mug"}),
    ({"color": "Blue"}, {"kitchen/blue mug"}),
    ({"availability": ["in_stock", "preorder"]}, {"red-mug", "kitchen/blue mug"}),
    ({"max_price": "9.00", "currency": "eur"}, {"kitchen/blue mug"}),
    ({"min_price": 9, "max_price": 12.5}, {"red-mug", "kitchen/blue mug"}),
    ({"min_price": 13}, set()),
    ({"currency": "USD"}, set()),
]


@pytest.mark.parametrize(("conditions", "expected"), CONDITIONS)
def test_conditions_narrow_both_look_ups_alike(
    client: TestClient, conditions: dict[str, Any], expected: set[str]
) -> None:
    listed = {"brand", "color", "availability"}
    form = {
        name: [value] if name in listed and isinstance(value, str) else value
        for name, value in conditions.items()
    }
    words = client.get("/v1/search/products", params={"q": "a mug", **conditions}).json()
    photo = client.post(PHOTO, content=picture(), headers=PNG, params=conditions).json()
    sent = client.post(PHOTO, data={"filter": json.dumps(form)}, files={"photo": ("a.png", picture())}).json()
    for found in (words, photo["items"][0], sent["items"][0]):
        assert {held["product_id"] for held in found["suggestions"]} == expected
        assert (found["no_match"] or {"reason": None})["reason"] == (None if expected else "filtered_out")


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        ({"availability": "perhaps"}, "invalid-request"),
        ({"min_price": "NaN"}, "invalid-request"),
        ({"min_price": "-1"}, "invalid-request"),
        ({"max_price": "1e400"}, "invalid-request"),
        ({"currency": "EURO"}, "invalid-request"),
        ({"brand": ["x"] * 21}, "invalid-request"),
        ({"min_price": 3, "max_price": 2}, "invalid-input"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(
    client: TestClient, conditions: dict[str, Any], code: str
) -> None:
    problem(client.get("/v1/search/products", params={"q": "a mug", **conditions}), 422, code)
    problem(client.post(PHOTO, content=picture(), headers=PNG, params=conditions), 422, code)


@pytest.mark.parametrize(
    ("value", "status", "code"),
    [
        ("[]", 422, "invalid-request"),
        ('{"mood": "good"}', 422, "invalid-request"),
        ('{"brand": "A", "brand": "B"}', 400, "malformed-form"),
        ('{"min_price": 3, "max_price": 2}', 422, "invalid-input"),
    ],
)
def test_a_filter_of_a_form_that_makes_no_sense_is_refused(
    client: TestClient, value: str, status: int, code: str
) -> None:
    files = {"photo": ("a.png", picture())}
    problem(client.post(PHOTO, data={"filter": value}, files=files), status, code)
