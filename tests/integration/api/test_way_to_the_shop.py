"""Every way from a post to the shop counts for its poster; a product page without a post credits nobody."""

import re

import pytest
from starlette.testclient import TestClient

from tests.integration.api.people import Person, person

LINK = "https://shop.example/red-mug"


@pytest.fixture
def ada(client: TestClient) -> Person:
    return person(client, "Ada")


def shop_link(client: TestClient, page: str) -> str:
    """Where the product page's button leads."""
    found = re.search(r'<a class="button" href="([^"]+)" rel="nofollow noopener">', client.get(page).text)
    assert found, page
    return found[1]


def clicks(poster: Person) -> int:
    return sum(day["clicks"] for day in poster.ask("GET", "/v1/me/earnings").json()["days"])


def test_the_product_page_keeps_the_post_from_which_one_came(ada: Person) -> None:
    _, (tag,) = ada.publish("red-mug")
    feed = ada.client.get("/").text
    ways = set(re.findall(r'href="(/products/[^"]+)"', feed))
    assert ways == {f"/products/red-mug?tag={tag}"}
    link = shop_link(ada.client, ways.pop())
    assert link == f"/v1/shop/{tag}"
    assert ada.client.get(link, follow_redirects=False).headers["location"] == LINK
    assert clicks(ada) == 1


def test_a_product_page_without_a_post_credits_nobody(ada: Person) -> None:
    ada.publish("red-mug")
    assert shop_link(ada.client, "/products/red-mug") == LINK
    assert clicks(ada) == 0


def test_a_tag_of_another_product_or_a_draft_is_left_aside(ada: Person) -> None:
    _, (other,) = ada.publish("kitchen/blue mug")
    draft = ada.tag(ada.draft(), "red-mug")
    for tag in (other, draft, "no-such", "x" * 100):
        assert shop_link(ada.client, f"/products/red-mug?tag={tag}") == LINK
