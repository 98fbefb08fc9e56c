"""From a click to the shop to what its poster earns."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.earnings.clicks import is_web_page, with_parameter
from tests.integration.api.conftest import Start
from tests.integration.api.people import Person, person
from tests.integration.api.pictures import problem


@pytest.fixture
def client(settings: Settings, feed: Any, start: Start) -> TestClient:
    """The service with the three mugs, and links that tell the click."""
    build_index(settings, str(feed))
    rates = {"": 500, "Kitchen > Mugs": 1_000}
    return start(settings.model_copy(update={"click_parameter": "click", "commission_rates": rates}))


@pytest.fixture
def ada(client: TestClient) -> Person:
    return person(client, "Ada")


@pytest.fixture
def shop(client: TestClient) -> Person:
    return person(client, "The shop", Role.CATALOGUE)


def follow(client: TestClient, tag_id: str, **headers: str) -> Any:
    answer = client.get(f"/v1/shop/{tag_id}", follow_redirects=False, headers=headers)
    assert answer.status_code == 302, answer.text
    return answer


def clicks(client: TestClient) -> int:
    with client.app.state.services.store.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM clicks")).scalar_one())


def click_of(answer: Any) -> str:
    return str(answer.headers["location"].partition("?click=")[2])


def test_a_tag_leads_to_the_shop_and_is_counted_once_an_hour(client: TestClient, ada: Person) -> None:
    _, (tag_id,) = ada.publish("red-mug")
    first = follow(client, tag_id)
    assert first.headers["location"].startswith("https://shop.example/red-mug?click=")
    assert first.headers["cache-control"] == "no-store"
    cookie = first.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "max-age=2592000"))
    again = follow(client, tag_id)  # The test's client kept the cookie.
    assert "set-cookie" not in again.headers
    assert click_of(again) == click_of(first)
    assert clicks(client) == 1
    client.cookies.clear()
    follow(client, tag_id)
    assert clicks(client) == 2
    with client.app.state.services.store.engine.begin() as connection:
        connection.execute(text("UPDATE clicks SET hour = hour - 1"))
    follow(client, tag_id)
    assert clicks(client) == 3


def test_nothing_that_is_kept_names_the_visitor(client: TestClient, ada: Person) -> None:
    _, (tag_id,) = ada.publish("red-mug")
    ben = person(client, "Ben")
    assert ben.ask("GET", f"/v1/shop/{tag_id}", follow_redirects=False).status_code == 302
    follow(client, tag_id, **{"User-Agent": "somebody"})
    with client.app.state.services.store.engine.connect() as connection:
        kept = repr(connection.execute(text("SELECT * FROM clicks")).all())
    for telling in (ben.id, "Ben", "somebody", "testclient", client.cookies["spark_visitor"]):
        assert telling not in kept


def test_clicks_that_are_none_are_not_counted(client: TestClient, ada: Person) -> None:
    post_id, (tag_id,) = ada.publish("red-mug")
    assert ada.ask("GET", f"/v1/shop/{tag_id}", follow_redirects=False).status_code == 302
    follow(client, tag_id, **{"Sec-Purpose": "prefetch;prerender"})
    assert client.head(f"/v1/shop/{tag_id}", follow_redirects=False).status_code == 302
    ada.ask("POST", f"/v1/posts/{post_id}/hide")
    problem(client.get(f"/v1/shop/{tag_id}"), 404, "not-found")
    assert ada.ask("GET", f"/v1/shop/{tag_id}", follow_redirects=False).status_code == 302
    assert clicks(client) == 0


def test_a_link_that_is_no_web_page_leads_nowhere(client: TestClient, ada: Person) -> None:
    _, (blue,) = ada.publish("kitchen/blue mug")  # javascript:alert(1)
    problem(client.get(f"/v1/shop/{blue}", follow_redirects=False), 404, "not-found")
    problem(client.get("/v1/shop/no-such-tag", follow_redirects=False), 404, "not-found")


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("https://shop.example/a?b=c#d", True),
        ("HTTP://shop.example", True),
        ("", False),
        ("//shop.example", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("ftp://shop.example/x", False),
        ("https://", False),
        ("https:///path", False),
        ("https://shop.example/\r\nSet-Cookie: a=b", False),
        ("https://shop.example/a b", False),
        ("https:\\\\shop.example", False),
        ("https://[broken", False),
    ],
)
def test_links_of_feeds_are_looked_at(link: str, leads: bool) -> None:
    assert is_web_page(link) is leads


def test_a_parameter_is_added_to_what_is_there() -> None:
    link = "https://shop.example/a?x=1&click=old&y=#top"
    assert with_parameter(link, "click", "n&w") == "https://shop.example/a?x=1&y=&click=n%26w#top"


@pytest.mark.parametrize(
    ("link", "rest"),
    [
        ("https://shop.example/a", "?click=1"),
        ("https://shop.example/a#reviews", "?click=1#reviews"),
        ("https://shop.example/a#!/b?click=x", "?click=1#!/b?click=x"),
        ("https://shop.example/a?new&size=4%2B&name=caf%E9;b%20c+d", "&click=1"),
        ("https://shop.example/a?cli%63k=old&clicks=2#top", "?clicks=2&click=1#top"),
    ],
)
def test_the_rest_of_a_link_stays_as_it_is_written(link: str, rest: str) -> None:
    kept = link.partition("#")[0] if rest[0] == "&" else "https://shop.example/a"
    assert with_parameter(link, "click", "1") == kept + rest


def order(click_id: str, number: str = "A-1", amount: int = 2_400, **more: Any) -> dict[str, Any]:
    line = {"line_id": "1", "product_id": "red-mug", "amount": amount}
    return {
        "kind": "order",
        "order_id": number,
        "currency": "EUR",
        "click_id": click_id,
        "lines": [line],
        **more,
    }


def test_an_order_earns_and_a_refund_takes_back(client: TestClient, ada: Person, shop: Person) -> None:
    post_id, (tag_id,) = ada.publish("red-mug")
    click_id = click_of(follow(client, tag_id))
    told = shop.ask("POST", "/v1/orders", json=order(click_id))
    assert told.status_code == 201
    assert told.json() == {
        "order_id": "A-1",
        "currency": "EUR",
        "lines": [
            {
                "line_id": "1",
                "product_id": "red-mug",
                "amount": 2_400,
                "refunded": 0,
                "commission": 240,
                "post_id": post_id,
                "poster_id": ada.id,
            }
        ],
    }
    refund = {"kind": "refund", "refund_id": "R-1", "order_id": "A-1", "line_id": "1", "amount": 600}
    assert shop.ask("POST", "/v1/orders", json=refund).json()["lines"][0]["refunded"] == 600
    too_much = {**refund, "refund_id": "R-2", "amount": 1_801}
    problem(shop.ask("POST", "/v1/orders", json=too_much), 409, "conflict")
    problem(shop.ask("POST", "/v1/orders", json={**refund, "order_id": "A-2"}), 404, "not-found")
    earned = ada.ask("GET", "/v1/me/earnings").json()
    assert earned["balances"] == [
        {
            "currency": "EUR",
            "balance": 180,
            "commissions": 240,
            "refunds": -60,
            "payouts": 0,
            "on_hold": 180,
            "threshold": 1_000,
        }
    ]
    assert earned["posts"] == [{"post_id": post_id, "clicks": 1, "earned": {"EUR": 180}}]
    assert len(earned["days"]) == 30
    today = {"day": datetime.now(UTC).date().isoformat(), "clicks": 1, "earned": {"EUR": 180}}
    assert earned["days"][-1] == today
    assert earned["days"][0]["earned"] == {}
    assert [(entry["kind"], entry["amount"], entry["balance"]) for entry in earned["entries"]] == [
        ("refund", -60, 180),
        ("commission", 240, 240),
    ]


@pytest.mark.parametrize("signed_in", [False, True])
def test_an_order_leads_to_a_click_whoever_clicks(
    settings: Settings, client: TestClient, ada: Person, shop: Person, start: Start, signed_in: bool
) -> None:
    _, (tag_id,) = ada.publish("red-mug")
    visitor = person(client, "Ben").key if signed_in else ""
    headers = {"Authorization": f"Bearer {visitor}"} if visitor else {}
    telling = start(settings.model_copy(update={"click_parameter": "click"}))
    link = follow(telling, tag_id, **headers).headers["location"]
    given = parse_qs(urlsplit(link).query)["click"]
    (line,) = shop.ask("POST", "/v1/orders", json=order(given[0])).json()["lines"]
    assert line["poster_id"] == ada.id


def test_links_stay_as_they_are_where_nothing_is_set(
    settings: Settings, client: TestClient, ada: Person, start: Start
) -> None:
    _, (tag_id,) = ada.publish("red-mug")
    assert follow(start(settings), tag_id).headers["location"] == "https://shop.example/red-mug"


def test_the_visitors_cookie_will_do_for_a_click_id(client: TestClient, ada: Person, shop: Person) -> None:
    _, (tag_id,) = ada.publish("red-mug")
    follow(client, tag_id)
    told = order("", visitor=client.cookies["spark_visitor"])
    assert shop.ask("POST", "/v1/orders", json=told).json()["lines"][0]["poster_id"] == ada.id


def test_fifty_times_the_same_order_is_one(client: TestClient, ada: Person, shop: Person) -> None:
    _, (tag_id,) = ada.publish("red-mug")
    told = order(click_of(follow(client, tag_id)))
    with ThreadPoolExecutor(10) as threads:
        asked = [
            threads.submit(shop.ask, "POST", "/v1/orders", json=told, headers={"Idempotency-Key": "one"})
            for _ in range(50)
        ]
        answers = [one.result() for one in asked]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.text for answer in answers if answer.status_code == 201} == {
        shop.ask("POST", "/v1/orders", json=told).text
    }
    assert ada.ask("GET", "/v1/me/earnings").json()["balances"][0]["balance"] == 240
    changed = shop.ask("POST", "/v1/orders", json=order("", "A-9"), headers={"Idempotency-Key": "one"})
    problem(changed, 422, "key-reused")


def test_entries_come_in_pages(client: TestClient, ada: Person, shop: Person) -> None:
    _, (tag_id,) = ada.publish("red-mug")
    click_id = click_of(follow(client, tag_id))
    for number in range(5):
        assert shop.ask("POST", "/v1/orders", json=order(click_id, f"A-{number}")).status_code == 201
    seen, cursor = [], ""
    while cursor is not None:
        page = ada.ask("GET", f"/v1/me/earnings?limit=2&cursor={cursor}").json()
        seen += [entry["balance"] for entry in page["entries"]]
        cursor = page["next"]
    assert seen == [1_200, 960, 720, 480, 240]
    assert ada.ask("GET", "/v1/me/earnings?limit=5").json()["next"] is None
    stolen = ada.ask("GET", "/v1/me/earnings?limit=2").json()["next"]
    problem(person(client, "Ben").ask("GET", f"/v1/me/earnings?cursor={stolen}"), 422, "cursor")


def test_an_unknown_currency_is_refused(shop: Person) -> None:
    refused = problem(shop.ask("POST", "/v1/orders", json=order("", currency="ZZZ")), 422, "invalid-input")
    assert "ISO 4217" in refused["detail"]


def test_a_commission_on_hold_is_not_paid_out(client: TestClient, ada: Person, shop: Person) -> None:
    admin = person(client, "An admin", Role.ADMIN)
    _, (tag_id,) = ada.publish("red-mug")
    shop.ask("POST", "/v1/orders", json=order(click_of(follow(client, tag_id)), amount=99_900))
    payout = {"account_id": ada.id, "currency": "EUR"}
    refused = problem(admin.ask("POST", "/v1/payouts", json=payout), 409, "below-threshold")
    assert "9990 are on hold" in refused["detail"]


def test_an_admin_pays_out(
    settings: Settings, client: TestClient, ada: Person, shop: Person, start: Start
) -> None:
    paying = start(settings.model_copy(update={"payout_hold_days": 0}))
    admin = person(paying, "An admin", Role.ADMIN)
    _, (tag_id,) = ada.publish("red-mug")
    click_id = click_of(follow(client, tag_id))
    shop.ask("POST", "/v1/orders", json=order(click_id, amount=9_990))
    payout = {"account_id": ada.id, "currency": "EUR", "note": "transfer 7"}
    problem(admin.ask("POST", "/v1/payouts", json=payout), 409, "below-threshold")
    shop.ask("POST", "/v1/orders", json=order(click_id, "A-2", 100))
    key = {"Idempotency-Key": "pay"}
    paid = admin.ask("POST", "/v1/payouts", json=payout, headers=key)
    assert (paid.status_code, paid.json()["amount"], paid.json()["balance"]) == (201, -1_009, 0)
    again = admin.ask("POST", "/v1/payouts", json=payout, headers=key)
    assert again.json() == paid.json()
    assert again.headers["idempotency-replayed"] == "true"
    problem(admin.ask("POST", "/v1/payouts", json=payout), 409, "below-threshold")


GOOD_LINE = {"line_id": "1", "product_id": "red-mug", "amount": 100}


@pytest.mark.parametrize(
    "change",
    [
        {"lines": [{**GOOD_LINE, "amount": True}]},
        {"lines": [{**GOOD_LINE, "amount": 1.0}]},
        {"lines": [{**GOOD_LINE, "amount": "100"}]},
        {"lines": [{**GOOD_LINE, "amount": 0}]},
        {"lines": [{**GOOD_LINE, "amount": -(2**63)}]},
        {"lines": [{**GOOD_LINE, "amount": 2**63}]},
        {"lines": [{**GOOD_LINE, "extra": 1}]},
        {"lines": [{**GOOD_LINE, "product_id": "a\0b"}]},
        {"lines": []},
        {"lines": [GOOD_LINE] * 201},
        {"order_id": ""},
        {"order_id": "a\0b"},
        {"order_id": 7},
        {"order_id": "x" * 201},
        {"currency": "eur"},
        {"currency": "EURO"},
        {"click_id": "no hex"},
        {"ordered_at": "2026-05-01T12:00:00"},
        {"ordered_at": 2**63},
        {"ordered_at": "soon"},
        {"kind": "gift"},
        {"kind": None},
    ],
    ids=str,
)
def test_an_order_that_is_none_is_refused(shop: Person, change: dict[str, Any]) -> None:
    problem(shop.ask("POST", "/v1/orders", json={**order(""), **change}), 422, "invalid-request")


def test_an_order_of_the_future_is_refused(shop: Person) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    problem(shop.ask("POST", "/v1/orders", json=order("", ordered_at=later)), 422, "invalid-input")


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "1999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"],
)
def test_an_order_or_a_refund_of_long_ago_is_refused_by_its_field(shop: Person, moment: str) -> None:
    told = order("", ordered_at=moment, visitor="ab" * 16)
    assert (
        "`ordered_at`" in problem(shop.ask("POST", "/v1/orders", json=told), 422, "invalid-input")["detail"]
    )
    assert shop.ask("POST", "/v1/orders", json=order("")).status_code == 201
    back = {"kind": "refund", "refund_id": "R-1", "order_id": "A-1", "line_id": "1", "amount": 600}
    refused = shop.ask("POST", "/v1/orders", json={**back, "refunded_at": moment})
    assert "`refunded_at`" in problem(refused, 422, "invalid-input")["detail"]
