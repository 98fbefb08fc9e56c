"""HEAD answers wherever GET does, and a refused method is told all methods of the path."""

import pytest
from starlette.testclient import TestClient

from spark_vision.core.account import Role
from tests.integration.api.people import Person, person
from tests.integration.api.pictures import problem
from tests.integration.api.test_authorisation import DOCUMENT
from tests.integration.api.test_caching import HTML, PAGES

# Differ from one answer to the next, or tell how much of a budget is left.
_OF_ONE_ANSWER = {"x-request-id", "set-cookie", "date"}
_CHANGING_BODIES = {"/metrics"}


@pytest.fixture
def ada(client: TestClient) -> Person:
    return person(client, "Ada", Role.ADMIN)


def same_headers(ada: Person, place: str, *, length: bool = True, **headers: str) -> None:
    asked = {"follow_redirects": False, "headers": headers} if headers else {"follow_redirects": False}
    ask = ada.client.request if headers else ada.ask
    full, head = (ask(method, place, **asked) for method in ("GET", "HEAD"))
    assert full.status_code != 405, place
    assert head.status_code == full.status_code, place
    assert head.content == b"", place
    left_out = _OF_ONE_ANSWER if length else {*_OF_ONE_ANSWER, "content-length"}
    told, expected = (
        {name: value for name, value in answer.headers.items() if name not in left_out}
        for answer in (head, full)
    )
    assert told == expected, place


def test_every_get_operation_answers_head_alike(ada: Person) -> None:
    post, (tag,) = ada.publish("red-mug")
    places = [path for path, methods in DOCUMENT["paths"].items() if "get" in methods]
    assert len(places) > 15
    for path in places:
        place = path.replace("{post_id}", post).replace("{tag_id}", tag).replace("{product_id}", "red-mug")
        same_headers(ada, place, length=path not in _CHANGING_BODIES)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_head_alike(ada: Person, page: str) -> None:
    post, _ = ada.publish("red-mug")
    same_headers(ada, page.replace("{account}", ada.id).replace("{post}", post), **HTML)


def test_head_needs_the_same_rights(client: TestClient, ada: Person) -> None:
    assert client.head("/v1/me/earnings").status_code == 401
    assert person(client, "Ben").ask("HEAD", "/v1/catalogue/imports").status_code == 403
    assert ada.ask("HEAD", "/v1/catalogue/imports").status_code == 200
    assert client.head("/v1/nothing").status_code == 404


def test_allow_names_every_method_of_a_path(ada: Person) -> None:
    for path, methods in DOCUMENT["paths"].items():
        answer = ada.ask("BREW", path)
        problem(answer, 405, "method-not-allowed")
        allowed = answer.headers["allow"].split(", ")
        expected = {method.upper() for method in methods} | ({"HEAD"} if "get" in methods else set())
        assert set(allowed) == expected, path
        assert len(allowed) == len(expected), path


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/v1/posts", "GET, HEAD, POST"),
        ("HEAD", "/v1/search/photo", "POST"),
        ("OPTIONS", "/v1/posts/x/smile", "PUT, DELETE"),
        ("BREW", "/v1/posts/x/smile", "PUT, DELETE"),
        ("DELETE", "/sign-in", "GET, HEAD, POST"),
        ("POST", "/look", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ],
)
def test_allow_for_other_methods_and_pages(client: TestClient, method: str, path: str, allow: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allow
