"""Sessions of browsers: each is a row, and over when its owner says so."""

import re
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from spark_vision.core.account import Role
from spark_vision.social.accounts import add_account, reinstate, suspend

SESSIONS = "/v1/me/sessions"


def token(client: TestClient) -> str:
    found = re.search(r'name="token" value="([^"]*)"', client.get("/look").text)
    return found[1] if found else ""


def sign_in(client: TestClient, key: str, agent: str = "A browser") -> str:
    """Sign in, and return the session's cookie."""
    fields = {"key": key, "token": token(client)}
    answer = client.post("/sign-in", data=fields, headers={"User-Agent": agent}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(client.cookies["sv_session"])


@pytest.fixture
def key(client: TestClient) -> str:
    store = client.app.state.services.store
    return add_account(store, "Ada", Role.POSTER, datetime.now(UTC)).secret


def is_signed_in(client: TestClient, cookie: str) -> bool:
    client.cookies.clear()
    client.cookies.set("sv_session", cookie)
    return client.get(SESSIONS).status_code == 200


def test_a_copied_cookie_is_worth_nothing_after_sign_out(client: TestClient, key: str) -> None:
    cookie = sign_in(client, key)
    assert is_signed_in(client, cookie)
    assert client.post("/sign-out", data={"token": token(client)}, follow_redirects=False).status_code == 303
    assert not is_signed_in(client, cookie)
    assert "Ada" not in client.get("/look").text


def test_a_sign_in_ends_the_session_that_the_browser_had(client: TestClient, key: str) -> None:
    first = sign_in(client, key)
    second = sign_in(client, key)
    assert first != second
    assert is_signed_in(client, second)
    assert not is_signed_in(client, first)


def test_sessions_are_listed_and_ended_one_by_one_or_all(client: TestClient, key: str) -> None:
    cookies = {}
    for agent in ("Phone", "Laptop", "Library"):
        client.cookies.clear()
        cookies[agent] = sign_in(client, key, agent)
    bearer = {"Authorization": f"Bearer {key}"}
    client.cookies.clear()
    held = {one["browser"]: one for one in client.get(SESSIONS, headers=bearer).json()["sessions"]}
    assert held.keys() == cookies.keys()
    assert client.delete(f"{SESSIONS}/{held['Library']['id']}", headers=bearer).status_code == 204
    assert not is_signed_in(client, cookies["Library"])
    assert is_signed_in(client, cookies["Phone"])
    shown = client.get(SESSIONS).json()["sessions"]
    assert [one["browser"] for one in shown if one["current"]] == ["Phone"]
    assert client.delete(SESSIONS, headers=bearer).status_code == 204
    assert not any(is_signed_in(client, cookie) for cookie in cookies.values())


def test_nobody_ends_the_session_of_another(client: TestClient, key: str) -> None:
    cookie = sign_in(client, key)
    (mine,) = client.get(SESSIONS).json()["sessions"]
    other = add_account(client.app.state.services.store, "Bob", Role.ADMIN, datetime.now(UTC)).secret
    client.cookies.clear()
    bearer = {"Authorization": f"Bearer {other}"}
    assert client.delete(f"{SESSIONS}/{mine['id']}", headers=bearer).status_code == 404
    assert client.get(SESSIONS, headers=bearer).json() == {"sessions": []}
    assert is_signed_in(client, cookie)


def test_a_suspended_account_has_no_session_even_after_it_is_back(client: TestClient, key: str) -> None:
    cookie, store = sign_in(client, key), client.app.state.services.store
    suspend(store, "Ada", datetime.now(UTC))
    assert not is_signed_in(client, cookie)
    reinstate(store, "Ada")
    assert not is_signed_in(client, cookie)


def test_over_https_the_cookie_belongs_to_this_host_alone(client: TestClient, key: str) -> None:
    client.base_url = "https://testserver"
    answer = client.post("/sign-in", data={"key": key}, follow_redirects=False)
    (cookie,) = [text for text in answer.headers.get_list("set-cookie") if "sv_session" in text]
    assert cookie.startswith("__Host-sv_session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "Ada" in client.get("/look").text
