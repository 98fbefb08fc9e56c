"""The feed: what is in it, in which order, for whom, and in how many queries."""

from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from tests.integration.api.conftest import Start
from tests.integration.api.people import Person, person
from tests.integration.api.pictures import problem


@pytest.fixture
def ada(client: TestClient) -> Person:
    return person(client, "Ada")


@pytest.fixture
def ben(client: TestClient) -> Person:
    return person(client, "Ben")


def feed(client: TestClient, **query: Any) -> list[str]:
    answer = client.get("/v1/posts", params=query)
    assert answer.status_code == 200, answer.text
    return [post["id"] for post in answer.json()["posts"]]


def test_a_published_post_is_shown_with_all_that_one_needs(client: TestClient, ada: Person) -> None:
    post_id, (tag_id,) = ada.publish("red-mug", caption="My <b>mug</b>")
    (post,) = client.get("/v1/posts").json()["posts"]
    assert post["poster"] == {"id": ada.id, "name": "Ada"}
    assert (post["id"], post["caption"], post["state"]) == (post_id, "My <b>mug</b>", "published")
    assert (post["smiles"], post["smiled"], post["earns"]) == (0, False, True)
    assert client.get(post["photo"]["url"]).headers["content-type"] == "image/jpeg"
    (tag,) = post["tags"]
    assert (tag["id"], tag["x"], tag["y"], tag["shop"]) == (tag_id, 0.5, 0.25, f"/v1/shop/{tag_id}")
    assert tag["product"]["title"] == "Red mug"
    assert tag["product"]["price"] == {"amount": "12.50", "currency": "EUR"}
    assert tag["product"]["link"] == "https://shop.example/red-mug"
    assert client.get(f"/v1/posts/{post_id}").json() == post


def test_drafts_and_hidden_posts_are_not_in_the_feed(client: TestClient, ada: Person) -> None:
    draft = ada.draft()
    hidden, _ = ada.publish()
    shown, _ = ada.publish()
    ada.ask("POST", f"/v1/posts/{hidden}/hide")
    assert feed(client) == [shown]
    own = ada.ask("GET", "/v1/me/posts").json()["posts"]
    assert [(post["id"], post["state"]) for post in own] == [
        (shown, "published"),
        (hidden, "hidden"),
        (draft, "draft"),
    ]
    problem(client.get("/v1/me/posts"), 401, "key-needed")


def test_pages_follow_each_other_whatever_is_posted_meanwhile(client: TestClient, ada: Person) -> None:
    made = [ada.publish()[0] for _ in range(7)]
    first = client.get("/v1/posts", params={"limit": 3}).json()
    newest, _ = ada.publish()
    ada.ask("DELETE", f"/v1/posts/{made[3]}")
    second = client.get("/v1/posts", params={"limit": 3, "cursor": first["next"]}).json()
    seen = [post["id"] for page in (first, second) for post in page["posts"]]
    assert seen == [made[6], made[5], made[4], made[2], made[1], made[0]]
    assert second["next"] is None
    assert feed(client, limit=1) == [newest]


def test_posts_of_one_moment_are_each_shown_once(client: TestClient, ada: Person) -> None:
    made = [ada.publish()[0] for _ in range(5)]
    with client.app.state.services.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE posts SET published_at = '2026-05-01 12:00:00.000000'")
    seen, cursor = [], ""
    for _ in range(5):
        page = client.get("/v1/posts", params={"limit": 1, "cursor": cursor}).json()
        seen += [post["id"] for post in page["posts"]]
        cursor = page["next"]
    assert cursor is None
    assert seen == sorted(made, reverse=True)


@pytest.mark.parametrize("query", [{"product": "red-mug"}, {"poster": "x"}, {"category": "Kitchen"}])
def test_a_cursor_is_for_its_own_list(client: TestClient, ada: Person, query: dict[str, str]) -> None:
    for _ in range(2):
        ada.publish()
    cursor = client.get("/v1/posts", params={"limit": 1}).json()["next"]
    problem(client.get("/v1/posts", params={**query, "cursor": cursor}), 422, "cursor")
    problem(ada.ask("GET", f"/v1/me/posts?cursor={cursor}"), 422, "cursor")
    problem(client.get("/v1/posts", params={"cursor": cursor[:-2]}), 422, "cursor")


def test_the_feed_is_narrowed_by_product_poster_and_category(
    client: TestClient, ada: Person, ben: Person
) -> None:
    red, _ = ada.publish("red-mug")
    both, _ = ben.publish("red-mug", "kitchen/blue mug")
    none, _ = ben.publish()
    assert feed(client) == [none, both, red]
    assert feed(client, product="red-mug") == [both, red]
    assert feed(client, product="kitchen/blue mug") == [both]
    assert feed(client, product="no-such") == []
    assert feed(client, poster=ben.id) == [none, both]
    assert feed(client, poster=ada.id, product="kitchen/blue mug") == []
    assert feed(client, category="kitchen") == [both, red]
    assert feed(client, category="Kitchen > Mugs", poster=ada.id) == [red]
    assert feed(client, category="Kitchen > Mugs > Small") == []
    worn = client.get("/v1/products/kitchen/blue mug/posts").json()["posts"]
    assert [post["id"] for post in worn] == [both]
    problem(client.get("/v1/products/no-such/posts"), 404, "product-not-found")


def test_what_cannot_be_bought_is_hidden_and_comes_back(
    settings: Settings, client: TestClient, ada: Person, feed_of: Any
) -> None:
    post_id, _ = ada.publish("red-mug", "green-mug")
    assert shown_tags(client) == ["red-mug"]
    assert feed(client, product="green-mug") == []
    assert client.get("/v1/products/green-mug/posts").json() == {"posts": [], "next": None}
    own = ada.ask("GET", f"/v1/posts/{post_id}").json()
    assert [tag["hidden_because"] for tag in own["tags"]] == [None, "sold_out"]
    feed_of({"green-mug": "in_stock"})
    assert shown_tags(client) == ["red-mug", "green-mug"]
    assert feed(client, product="green-mug") == [post_id]
    feed_of({"red-mug": None})
    assert shown_tags(client) == ["green-mug"]
    assert feed(client, category="Kitchen") == [post_id]


def shown_tags(client: TestClient) -> list[str]:
    (post,) = client.get("/v1/posts").json()["posts"]
    return [tag["product_id"] for tag in post["tags"]]


@pytest.fixture
def feed_of(settings: Settings, client: TestClient, feed: Any) -> Any:
    """Rewrites the shop's feed: availabilities, or None where a product goes; and serves it."""

    def rewrite(changes: dict[str, str | None]) -> None:
        rows = feed.read_text().splitlines()
        kept = []
        for row in rows:
            product_id = row.split(",")[0]
            if product_id not in changes:
                kept.append(row)
            elif changes[product_id] is not None:
                kept.append(row.replace("out_of_stock", str(changes[product_id])))
        feed.write_text("\n".join(kept) + "\n")
        build_index(settings, str(feed))
        client.app.state.services.live.refresh()

    return rewrite


def test_smiles_are_counted_once_each(client: TestClient, ada: Person, ben: Person) -> None:
    post_id, _ = ada.publish()
    path = f"/v1/posts/{post_id}/smile"
    for _ in range(2):
        assert ben.ask("PUT", path).json() == {"smiles": 1, "smiled": True}
    assert ada.ask("PUT", path).json() == {"smiles": 2, "smiled": True}
    assert ada.ask("DELETE", path).json() == {"smiles": 1, "smiled": False}
    assert ada.ask("DELETE", path).json() == {"smiles": 1, "smiled": False}
    (mine,) = ben.ask("GET", "/v1/posts").json()["posts"]
    (others,) = client.get("/v1/posts").json()["posts"]
    assert (mine["smiles"], mine["smiled"]) == (1, True)
    assert (others["smiles"], others["smiled"]) == (1, False)
    problem(client.put(path), 401, "key-needed")
    draft = ada.draft()
    problem(ben.ask("PUT", f"/v1/posts/{draft}/smile"), 404, "not-found")
    ada.ask("DELETE", f"/v1/posts/{post_id}")
    problem(ben.ask("PUT", path), 404, "not-found")


def test_smiles_change_no_match_and_no_order(client: TestClient, ada: Person, ben: Person) -> None:
    first, _ = ada.publish("red-mug")
    second, _ = ada.publish("kitchen/blue mug")
    before = client.get("/v1/search/products", params={"q": "mug"}).json()["suggestions"]
    ben.ask("PUT", f"/v1/posts/{first}/smile")
    assert feed(client) == [second, first]
    assert client.get("/v1/search/products", params={"q": "mug"}).json()["suggestions"] == before


def test_a_change_of_a_post_is_in_the_feed_at_once(client: TestClient, ada: Person) -> None:
    post_id, _ = ada.publish("red-mug")
    assert shown_tags(client) == ["red-mug"]
    ada.tag(post_id, "kitchen/blue mug")
    assert shown_tags(client) == ["red-mug", "kitchen/blue mug"]
    ada.ask("DELETE", f"/v1/posts/{post_id}/tags/red-mug")
    assert shown_tags(client) == ["kitchen/blue mug"]
    (tag,) = client.get("/v1/posts").json()["posts"][0]["tags"]
    ada.ask("PUT", f"/v1/posts/{post_id}/tags/kitchen/blue mug", json={"x": 0.75, "y": 0.5})
    (moved,) = client.get("/v1/posts").json()["posts"][0]["tags"]
    assert (moved["id"], moved["x"], moved["y"]) == (tag["id"], 0.75, 0.5)


def test_fifty_posts_take_as_many_queries_as_one(
    settings: Settings, client: TestClient, start: Start
) -> None:
    # Learning reads posts in the background, whenever it comes to it.
    client = start(settings.model_copy(update={"learning": "off"}))
    ada = person(client, "Ada")
    ada.publish("red-mug")
    engine = client.app.state.services.store.engine
    counted: list[str] = []

    def count(*call: Any) -> None:
        if "FROM posts" in call[2] or "FROM tags" in call[2]:  # and not what goes on in the background
            counted.append(call[2])

    event.listen(engine, "before_cursor_execute", count)
    client.app.state.services.fragments._held.clear()
    client.get("/v1/posts")
    for_one = len(counted)
    for _ in range(12):
        ada.publish("red-mug", "kitchen/blue mug")
    client.app.state.services.fragments._held.clear()
    counted.clear()
    assert len(client.get("/v1/posts", params={"limit": 50}).json()["posts"]) == 13
    assert len(counted) == for_one <= 3
    counted.clear()
    client.get("/v1/posts", params={"limit": 50})  # Written already.
    assert len(counted) == 1 < for_one


def test_the_feed_is_there_without_an_index(start: Start) -> None:
    client = start()
    ada = person(client, "Ada", Role.POSTER)
    post_id, _ = ada.publish()
    assert feed(client) == [post_id]
    assert feed(client, category="Kitchen") == []


@pytest.mark.parametrize("limit", ["0", "51", "-1", "true", "9" * 30, "1.5", ""])
def test_a_page_has_a_size(client: TestClient, limit: str) -> None:
    problem(client.get("/v1/posts", params={"limit": limit}), 422, "invalid-request")
