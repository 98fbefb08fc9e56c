"""Requests that are not as they should be: a problem that names what was wrong."""

import json

import pytest
from starlette.testclient import TestClient

from tests.integration.api.pictures import picture, problem

PHOTO = "/v1/search/photo"
PNG = {"Content-Type": "image/png"}
GOOD_BOX = {"x": 0.1, "y": 0.1, "width": 0.5, "height": 0.5}


@pytest.mark.parametrize(
    "box",
    [
        "",
        "1,2,3",
        "nan,0,1,1",
        "0,0,inf,1",
        "0.5,0.5,-0.2,0.2",
        "0.8,0,0.5,1",
        "-0.1,0,1,1",
        "a,b,c,d",
        "0,0,0,1",
    ],
)
def test_a_bad_box_of_the_query_is_refused(client: TestClient, box: str) -> None:
    problem(client.post(PHOTO, content=picture(), headers=PNG, params={"box": box}), 422, "invalid-input")


@pytest.mark.parametrize("name", ["x", "y", "width", "height"])
@pytest.mark.parametrize(
    "value", ["true", "NaN", "Infinity", "-Infinity", "1e999", '"0.5"', "null", "-0.1", "[]"]
)
def test_a_bad_value_in_a_form_is_named(client: TestClient, name: str, value: str) -> None:
    text = json.dumps([GOOD_BOX, {**GOOD_BOX, name: "?"}]).replace('"?"', value)
    answer = client.post(PHOTO, files={"photo": picture()}, data={"boxes": text})
    value_ = problem(answer, 422, "invalid-request")
    assert value_["errors"][0]["field"] == f"body.boxes.1.{name}"


@pytest.mark.parametrize(
    "text", ["{", "[" * 50_000, '[{"x":0,"x":0,"y":0,"width":1,"height":1}]', "9" * 5000, ""]
)
def test_boxes_that_are_no_json_are_refused(client: TestClient, text: str) -> None:
    answer = client.post(PHOTO, files={"photo": picture()}, data={"boxes": text})
    problem(answer, 400, "malformed-form")


@pytest.mark.parametrize("point", ["", "0.5", "0.5,0.5,0.5", "a,b", "nan,0.5", "1.1,0.5", "-0.1,0"])
def test_a_bad_point_of_the_query_is_refused(client: TestClient, point: str) -> None:
    problem(client.post(PHOTO, content=picture(), headers=PNG, params={"point": point}), 422, "invalid-input")


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("points", '[{"x": 2, "y": 0}]', "body.points.0.x"),
        ("points", '[{"x": 0}]', "body.points.0.y"),
        ("find", "perhaps", "body.find"),
        ("words", "x" * 201, "body.words"),
    ],
)
def test_a_bad_field_of_the_form_is_named(client: TestClient, field: str, value: str, named: str) -> None:
    answer = client.post(PHOTO, files={"photo": picture()}, data={field: value})
    held = problem(answer, 422, "invalid-request")
    assert held["errors"][0]["field"] == named


def test_a_box_that_leaves_the_picture_is_refused(client: TestClient) -> None:
    boxes = json.dumps([{**GOOD_BOX, "x": 0.9}])
    answer = client.post(PHOTO, files={"photo": picture()}, data={"boxes": boxes})
    problem(answer, 422, "invalid-input")


def test_too_many_boxes_are_refused(client: TestClient) -> None:
    answer = client.post(PHOTO, files={"photo": picture()}, data={"boxes": json.dumps([GOOD_BOX] * 51)})
    problem(answer, 422, "invalid-input")
    answer = client.post(PHOTO, content=picture(), headers=PNG, params={"box": ["0,0,1,1"] * 51})
    problem(answer, 422, "invalid-request")


@pytest.mark.parametrize("top", ["0", "101", "-1", "nan", "true", "1.5", str(2**63), "", "1e2"])
def test_a_bad_top_is_refused_everywhere(client: TestClient, top: str) -> None:
    by_query = client.post(PHOTO, content=picture(), headers=PNG, params={"top": top})
    assert problem(by_query, 422, "invalid-request")["errors"][0]["field"] == "query.top"
    by_form = client.post(PHOTO, files={"photo": picture()}, data={"top": top})
    assert problem(by_form, 422, "invalid-request")["errors"][0]["field"] == "body.top"
    by_words = client.get("/v1/search/products", params={"q": "red", "top": top})
    problem(by_words, 422, "invalid-request")


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "x" * 501}])
def test_words_are_wanted(client: TestClient, query: dict[str, str]) -> None:
    problem(client.get("/v1/search/products", params=query), 422, "invalid-request")


def test_words_of_spaces_are_no_words(client: TestClient) -> None:
    problem(client.get("/v1/search/products", params={"q": "  "}), 422, "invalid-input")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--a\r\n"),
        ("multipart/form-data; boundary=" + "a" * 300, b""),
        ("multipart/form-data; boundary=a", b""),
        ("multipart/form-data; boundary=a", b"--b\r\n\r\nhello\r\n--b--"),
        ("multipart/form-data; boundary=a", b"--a\r\n\r\nno name\r\n--a--\r\n"),
        (
            "multipart/form-data; boundary=a",
            b'--a\r\nContent-Disposition: form-data; name="photo"\r\n\r\nabc',
        ),
        ("multipart/form-data; boundary=a", b"--a\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n--a--\r\n"),
    ],
)
def test_a_malformed_form_is_refused(client: TestClient, content_type: str, body: bytes) -> None:
    problem(client.post(PHOTO, content=body, headers={"Content-Type": content_type}), 400, "malformed-form")


@pytest.mark.parametrize(
    "files",
    [
        [("picture", picture())],
        [("photo", picture()), ("photo", picture())],
        [(f"part{number}", b"x") for number in range(1000)],
        [("photo", picture()), ("boxes", b"\xff\xfe")],
        [("photo", picture()), ("boxes", b" " * 70_000)],
    ],
    ids=["no photo", "two photos", "a thousand parts", "not UTF-8", "a long field"],
)
def test_a_form_with_what_should_not_be_there_is_refused(client: TestClient, files: list) -> None:
    problem(client.post(PHOTO, files=files), 400, "malformed-form")


@pytest.mark.parametrize(
    "path", ["/nothing", "/v1", "/v1/index/", "/docs", "/static/../app.py", "/static/no.js"]
)
def test_an_unknown_route_is_a_problem(client: TestClient, path: str) -> None:
    problem(client.get(path), 404, "not-found")


def test_a_wrong_method_is_a_problem(client: TestClient) -> None:
    answer = client.delete(PHOTO)
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("accept", ["text/html", "image/png", "application/xml", ""])
def test_errors_are_problems_whatever_is_accepted(client: TestClient, accept: str) -> None:
    problem(client.get("/v1/nothing", headers={"Accept": accept}), 404, "not-found")


@pytest.mark.parametrize(
    ("sent", "taken"), [("abc-1.2_Z", True), ("a b", False), ("x" * 65, False), ("a\tb", False)]
)
def test_a_request_id_is_taken_if_it_is_sane(client: TestClient, sent: str, taken: bool) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": sent})
    assert (answer.headers["x-request-id"] == sent) is taken
    assert answer.headers["x-request-id"]
