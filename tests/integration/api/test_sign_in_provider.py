"""Signing in at an identity provider: a real one, small, on this machine."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.core.errors import InvalidInputError
from spark_vision.social.provisioning import account_id_of
from spark_vision_api.auth.oidc_sign_in import SignIn
from tests.identity import CLIENT, SECRET, Identity, provided
from tests.integration.api.conftest import Start
from tests.integration.api.pictures import problem

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def running() -> Iterator[Identity]:
    with provided() as identity:
        yield identity


@pytest.fixture
def identity(running: Identity) -> Identity:
    """The provider, doing everything right."""
    fresh = Identity(running.port, key=running.key)
    for name, value in vars(fresh).items():
        setattr(running, name, value)
    return running


@pytest.fixture
def given(settings: Settings, identity: Identity) -> Settings:
    return settings.model_copy(
        update={
            "oidc_issuer": identity.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_name": "Example ID",
            "anonymous_browsing": False,
        }
    )


def leave(client: TestClient, then: str = "/look") -> str:
    """Begin, and go to the provider; its address with all that we ask for."""
    answer = client.get("/sign-in/provider", params={"then": then}, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def log_in(address: str, name: str = "Ada") -> str:
    """As a person does at the provider; where it sends the browser back to."""
    answer = httpx2.post(address, data={"name": name})
    assert answer.status_code == 303
    back = urlsplit(answer.headers["location"])
    assert (back.netloc, back.path) == ("testserver", "/sign-in/provider/back")
    return f"{back.path}?{back.query}"


def come(client: TestClient, name: str = "Ada", then: str = "/look") -> Any:
    return client.get(log_in(leave(client, then), name), headers=HTML, follow_redirects=False)


def is_in(client: TestClient, name: str = "Ada") -> bool:
    page = client.get("/look", headers=HTML)
    return f"Signed in as {name}" in page.text


def test_there_and_back_again(given: Settings, identity: Identity, start: Start) -> None:
    client = start(given)
    page = client.get("/look", headers=HTML)  # Nobody may look around, and nobody has an account.
    assert "Continue with Example ID" in page.text
    assert "/sign-in/provider?then=%2Flook" in page.text
    address = leave(client)
    asked = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
    assert asked["redirect_uri"] == "http://testserver/sign-in/provider/back"
    assert (asked["scope"], asked["response_type"]) == ("openid profile", "code")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    answer = client.get(log_in(address), headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/look")
    session = next(value for value in answer.headers.get_list("set-cookie") if "sv_session" in value)
    for word in ("HttpOnly", "SameSite=lax", "Max-Age=43200", "Path=/"):
        assert word in session
    assert is_in(client)
    assert "code_verifier" in identity.redeemed[-1]
    with client.app.state.services.store.reading() as work:  # type: ignore[attr-defined]
        account = work.accounts.get(account_id_of(identity.issuer, "subject of Ada"))
    assert account is not None
    assert (account.name, account.role) == ("Ada", Role.POSTER)
    assert client.get("/catalogue", headers=HTML).status_code == 403
    identity.claims = {"roles": ["catalogue"]}  # The provider has the last word on roles, each time.
    come(client)
    assert client.get("/catalogue", headers=HTML).status_code == 200
    token = page_token(client)
    client.post("/sign-out", data={"token": token})
    assert not is_in(client)


def page_token(client: TestClient) -> str:
    return (
        client.get("/look", headers=HTML).text.partition('name="csrf-token" content="')[2].partition('"')[0]
    )


def test_what_the_browser_keeps_is_for_the_way_alone(given: Settings, start: Start) -> None:
    client = start(given)
    answer = client.get("/sign-in/provider", follow_redirects=False)
    kept = answer.headers["set-cookie"]
    for word in ("sv_begun=", "HttpOnly", "SameSite=lax", "Path=/sign-in/provider", "Max-Age=900"):
        assert word in kept
    # Lax: a Strict one would not come back with the browser from another site.
    come(client)
    assert "sv_begun" not in client.cookies


def test_a_changed_session_that_a_provider_opened_is_none(given: Settings, start: Start) -> None:
    client = start(given)
    come(client)
    good = client.cookies["sv_session"]
    client.cookies.clear()
    client.cookies.set("sv_session", good.replace(".", "x", 1))
    assert not is_in(client)


@pytest.mark.parametrize(
    "then", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"]
)
def test_it_leads_nowhere_else(given: Settings, start: Start, then: str) -> None:
    assert come(start(given), then=then).headers["location"] == "/"


def refused(client: TestClient, answer: Any, status: int, words: str) -> None:
    assert answer.status_code == status
    assert words in answer.text
    assert 'role="alert"' in answer.text
    assert "Continue with Example ID" in answer.text
    assert not is_in(client)


def test_an_answer_that_was_not_asked_for_signs_nobody_in(given: Settings, start: Start) -> None:
    """Somebody else's code, which is what a forged link brings."""
    mine, other = start(given), start(given)
    back = log_in(leave(other), "Eve")
    refused(mine, mine.get(back, headers=HTML), 400, "another browser")
    leave(mine)
    refused(mine, mine.get(back, headers=HTML), 400, "another browser")
    for query in ("", "?state=x", "?state=%C3%BC&code=x", "?code=x"):
        leave(mine)
        refused(mine, mine.get(f"/sign-in/provider/back{query}", headers=HTML), 400, "another browser")


def test_an_answer_is_good_once(given: Settings, identity: Identity, start: Start) -> None:
    client, thief = start(given), start(given)
    back = log_in(leave(client))
    begun = client.cookies["sv_begun"]
    assert client.get(back, headers=HTML, follow_redirects=False).status_code == 303
    thief.cookies.set("sv_begun", begun)  # Even with the cookie: the provider takes a code once.
    refused(thief, thief.get(back, headers=HTML), 400, "begin again")


def test_the_verifier_must_be_the_one_of_the_challenge(given: Settings, start: Start) -> None:
    """Two sign-ins of one browser, their halves swapped: PKCE and state hold them apart."""
    client = start(given)
    first = log_in(leave(client))
    leave(client)
    refused(client, client.get(first, headers=HTML), 400, "begin again")


@pytest.mark.parametrize(
    ("claims", "status", "words"),
    [
        ({"nonce": "another"}, 502, "cannot be trusted"),
        ({"nonce": None}, 502, "cannot be trusted"),
        ({"iss": "http://localhost:1/realm"}, 502, "cannot be trusted"),
        ({"iss": None}, 502, "cannot be trusted"),
        ({"aud": "another-client"}, 502, "cannot be trusted"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, 502, "cannot be trusted"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, 502, "cannot be trusted"),
        ({"sub": None}, 502, "cannot be trusted"),
        ({"sub": ""}, 502, "cannot be trusted"),
        ({"exp": 1_000_000_000}, 502, "clocks"),
        ({"iat": 4_000_000_000, "exp": 4_000_000_060}, 502, "clocks"),
        ({"roles": ["guest"]}, 403, "no role here"),
        ({"roles": [["poster"], {}]}, 403, "no role here"),
    ],
    ids=str,
)
def test_a_token_that_is_not_right_signs_nobody_in(
    given: Settings, identity: Identity, start: Start, claims: dict[str, Any], status: int, words: str
) -> None:
    identity.claims = claims
    client = start(given)
    refused(client, come(client), status, words)


def test_a_token_of_another_key_signs_nobody_in(given: Settings, identity: Identity, start: Start) -> None:
    identity.signs_with = RSAKey.generate_key(2048, {"kid": identity.key.kid})
    client = start(given)
    refused(client, come(client), 502, "cannot be trusted")


def test_the_provider_may_say_no(given: Settings, identity: Identity, start: Start) -> None:
    identity.error = "access_denied"
    client = start(given)
    refused(client, come(client), 403, "did not let you in")
    identity.error, identity.back_with = "", {"iss": "https://another.example"}
    refused(client, come(client), 502, "cannot be trusted")


def test_a_wrong_secret_is_told_to_be_the_service_s(given: Settings, start: Start) -> None:
    client = start(given.model_copy(update={"oidc_client_secret": "wrong"}))
    refused(client, come(client), 502, "cannot be trusted")


def test_secrets_go_as_the_provider_wants_them(given: Settings, identity: Identity, start: Start) -> None:
    identity.document = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert come(start(given)).status_code == 303
    identity.document, identity.secret = {}, None
    assert come(start(given.model_copy(update={"oidc_client_secret": ""}))).status_code == 303


def test_a_provider_that_is_down_is_told(given: Settings, identity: Identity, start: Start) -> None:
    client = start(given)
    identity.down = True
    page = client.get("/sign-in/provider", headers=HTML)
    refused(client, page, 503, "does not answer")
    later = start(given)
    identity.down = False
    back = log_in(leave(later))
    identity.down = True  # Between there and back.
    refused(later, later.get(back, headers=HTML), 503, "does not answer")
    gone = start(given.model_copy(update={"oidc_issuer": "http://localhost:1/realm"}))
    refused(gone, gone.get("/sign-in/provider", headers=HTML), 503, "does not answer")


@pytest.mark.parametrize(
    "document",
    [{"issuer": "https://another.example"}, {"token_endpoint": "file:///etc/passwd"}, {"jwks_uri": 7}],
    ids=str,
)
def test_a_document_that_is_not_right_is_not_used(
    given: Settings, identity: Identity, start: Start, document: dict[str, Any]
) -> None:
    identity.document = document
    client = start(given)
    refused(client, client.get("/sign-in/provider", headers=HTML), 503, "does not answer")


def test_name_and_role_may_come_from_userinfo(given: Settings, identity: Identity, start: Start) -> None:
    identity.claims = {"roles": None, "preferred_username": None}
    identity.userinfo = {"sub": "subject of Ada", "preferred_username": "Ada L.", "roles": "admin"}
    client = start(given)
    assert come(client).status_code == 303
    assert is_in(client, "Ada L.")
    assert client.get("/catalogue", headers=HTML).status_code == 200
    identity.userinfo["sub"] = "somebody else"
    other = start(given)
    refused(other, come(other), 502, "cannot be trusted")


def test_where_no_provider_is_set_up_there_is_no_way_to_one(client: TestClient) -> None:
    problem(client.get("/sign-in/provider"), 404, "not-found")
    problem(client.get("/sign-in/provider/back"), 404, "not-found")


def test_settings_must_ask_for_an_id_token(given: Settings) -> None:
    with pytest.raises(InvalidInputError, match="openid"):
        SignIn(given.model_copy(update={"oidc_scopes": "profile"}))
