"""Bodies that are no good JSON, at every operation that takes JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision_api import create_app
from tests.integration.api.conftest import FEED
from tests.integration.api.people import Person, person
from tests.integration.api.pictures import COLOURS, picture

ROOT = Path(__file__).resolve().parents[3]
PATHS = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))["paths"]
TAKING_JSON = sorted(
    (method.upper(), path)
    for path, methods in PATHS.items()
    for method, operation in methods.items()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
)
# What cannot be read is 400 everywhere; what can be read but is not meant is any refusal.
UNREADABLE: dict[str, bytes] = {
    "a key twice": b'{"x": 0.5, "x": 0.5}',
    "a key twice, deep inside": b'{"x": [{"y": 1, "y": 2}]}',
    "half a surrogate pair as a key": b'{"\\ud800": 1}',
    "very deep": b"[" * 100_000,
    "a number of 5,000 digits": b"9" * 5000,
}
REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "broken off": b'{"x": ',
    "a list": b"[]",
    "null": b"null",
    "a word": b"hello",
    "UTF-16": '{"x": 0.5}'.encode("utf-16"),
    "no Unicode": b'{"x": "\xff\xfe"}',
    "half a surrogate pair": b'{"caption": "\\udc00", "x": "\\udc00", "why": "\\udc00", "title": "\\udc00"}',
    "not a number": b'{"x": NaN, "y": Infinity, "caption": NaN, "boxes": NaN, "reason": NaN, "kind": NaN}',
    "booleans for numbers": b'{"x": true, "y": false, "caption": true, "boxes": true, "reason": true}',
    "beyond 64 bits": b'{"x": 9223372036854775808, "y": -9223372036854775809, "kind": 99999999999999}',
    "a megabyte": b'{"x": "' + b"x" * 1_000_000 + b'"}',
}
FORM = "multipart/form-data"


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    folder = tmp_path_factory.mktemp("service")
    for name in COLOURS:
        (folder / f"{name}.png").write_bytes(picture(name))
    (folder / "catalogue.csv").write_text(FEED)
    settings = Settings(index_dir=folder / "index", data_dir=folder / "data", model="fake", key_rate="")
    build_index(settings, str(folder / "catalogue.csv"))
    with TestClient(create_app(settings)) as client:
        yield person(client, "Ada", Role.ADMIN)


def ask(admin: Person, operation: tuple[str, str], body: bytes) -> Any:
    method, path = operation
    post_id = admin.draft()
    path = path.replace("{post_id}", post_id).replace("{product_id}", "red-mug")
    for name in ("suggestion_id", "import_id"):
        path = path.replace(f"{{{name}}}", "0" * 32)
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    return admin.ask(method, path, content=body, headers=headers)


def test_there_are_operations_that_take_json() -> None:
    assert ("PUT", "/v1/posts/{post_id}/tags/{product_id}") in TAKING_JSON
    assert ("POST", "/v1/orders") in TAKING_JSON
    assert ("POST", "/v1/catalogue/imports") in TAKING_JSON


@pytest.mark.parametrize("operation", TAKING_JSON, ids=" ".join)
def test_a_body_that_is_no_good_json_is_refused(admin: Person, operation: tuple[str, str]) -> None:
    for name, body in (UNREADABLE | REFUSED).items():
        answer = ask(admin, operation, body)
        may_be_empty = operation[1].endswith("/reject") and name in ("nothing", "null")
        assert 400 <= answer.status_code < 500 or may_be_empty, (name, answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/problem+json", name
        if name in UNREADABLE:
            assert answer.status_code == 400, (name, answer.text)
