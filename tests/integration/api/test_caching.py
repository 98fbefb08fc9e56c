"""No cache keeps an answer that depends on who asks."""

import pytest
from starlette.testclient import TestClient

from spark_vision.core.account import Role
from tests.integration.api.people import Person, person
from tests.integration.api.test_authorisation import DOCUMENT

PAGES = "/ /feed /me /start /look /post /catalogue /sign-in /people/{account} /posts/{post}".split()
HTML = {"Accept": "text/html"}


def check(answer_headers: dict[str, str], place: str) -> None:
    kept = answer_headers.get("cache-control", "")
    assert "no-store" in kept or "private" in kept or "public" in kept, (place, kept)
    if "private" in kept and "no-store" not in kept:
        vary = answer_headers.get("vary", "")
        assert "Authorization" in vary, (place, vary)
        assert "Cookie" in vary, (place, vary)


@pytest.fixture
def ada(client: TestClient) -> Person:
    return person(client, "Ada", Role.ADMIN)


def test_every_operation_says_who_may_keep_its_answer(ada: Person) -> None:
    post, (tag,) = ada.publish("red-mug")
    for path, methods in DOCUMENT["paths"].items():
        place = path.replace("{post_id}", post).replace("{tag_id}", tag).replace("{product_id}", "red-mug")
        for method in methods:
            answer = ada.ask(method.upper(), place, follow_redirects=False)
            check(answer.headers, f"{method} {path}")
            if path.startswith(("/v1/me", "/v1/catalogue")):
                assert "public" not in answer.headers["cache-control"], path


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_its_readers_own(ada: Person, page: str) -> None:
    post, _ = ada.publish("red-mug")
    place = page.replace("{account}", ada.id).replace("{post}", post)
    answer = ada.client.get(place, headers=HTML, follow_redirects=False)
    check(answer.headers, page)
    assert "public" not in answer.headers["cache-control"], page
