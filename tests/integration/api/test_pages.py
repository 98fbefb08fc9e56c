"""The pages: from this machine alone, nothing inline, signed in by a cookie that other sites cannot use."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import NoReturn
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

import spark_vision_api
from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.core.errors import StoreUnavailableError
from spark_vision.social.accounts import add_account, authenticate, has_accounts, revoke
from spark_vision_api.services import Services
from spark_vision_api.web.assets import assets
from spark_vision_api.web.pages import routers as page_routers
from tests.integration.api.conftest import Start
from tests.integration.api.people import person
from tests.integration.api.pictures import problem

WEB = Path(spark_vision_api.__file__).parent / "web"
# Where one comes to sign in, and what these pages look like.
OPEN_PAGES = {
    "/sign-in",
    "/sign-in/provider",
    "/sign-in/provider/back",
    "/welcome",
    "/static/{digest}/{name:path}",
}
PAGES = ["/", "/look", "/post", "/me", "/start", "/products/red-mug"]


class Tags(HTMLParser):
    """Collects what a page loads, and what stands inline in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self.values: dict[str, str] = {}
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.inline += [name for name in values if name.startswith("on") or name == "style"]
        self._in_script = tag in ("script", "style")
        if tag in ("script", "img", "link"):
            self.loaded += [value for name in ("src", "href") if (value := values.get(name))]
        if tag == "meta" and "name" in values:
            self.values[values["name"]] = values["content"]

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.inline.append(data)


class NoStore:
    """A store that does not answer."""

    def __init__(self) -> None:
        self.asked = 0

    def reading(self) -> NoReturn:
        self.asked += 1
        raise StoreUnavailableError("It does not answer.")


@pytest.fixture
def key(client: TestClient) -> str:
    """An admin's key."""
    return add_account(services(client).store, "Ada", Role.ADMIN, datetime.now(UTC)).secret


@pytest.fixture
def ada(client: TestClient, key: str) -> TestClient:
    """The client, signed in."""
    answer = client.post("/sign-in", data={"key": key, "then": "/look"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/look")
    return client


def services(client: TestClient) -> Services:
    held: Services = client.app.state.services  # type: ignore[attr-defined]
    return held


def token(client: TestClient) -> str:
    return Tags(client.get("/look").text).values["csrf-token"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_a_strict_policy_and_load_from_here(ada: TestClient, path: str) -> None:
    answer = ada.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    tags = Tags(answer.text)
    assert tags.inline == []
    assert tags.loaded
    for loaded in tags.loaded:
        assert loaded.startswith(("/static/", "/v1/products/"))
        assert ada.get(loaded).status_code == 200


def test_our_files_name_no_other_place() -> None:
    ours = [path for path in WEB.rglob("*") if path.suffix in (".html", ".js", ".css", ".svg", ".json")]
    for path in ours:
        if "vendor" not in path.parts:
            urls = re.findall(r"https?://[^\s\"')]+", path.read_text(encoding="utf-8"))
            assert [url for url in urls if not url.startswith("http://www.w3.org/")] == [], path.name


def test_scripts_never_make_html_of_text() -> None:
    for path in (WEB / "static" / "js").glob("*.js"):
        script = path.read_text(encoding="utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in script, path.name


@pytest.mark.parametrize(
    ("name", "kind"),
    [("js/dom.js", "text/javascript"), ("css/base.css", "text/css"), ("icon.svg", "image/svg+xml")],
)
def test_files_are_kept_for_ever_under_their_digest(client: TestClient, name: str, kind: str) -> None:
    answer = client.get(assets().url(name), headers={"Accept-Encoding": "identity"})
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.content == (WEB / "static" / name).read_bytes()
    packed = client.get(assets().url(name), headers={"Accept-Encoding": "gzip"})
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", answer.content)
    assert client.get(f"/static/{'0' * 12}/{name}").headers["cache-control"] == "no-cache"
    assert client.get(f"/static/{assets().digest}/../pages/static.py").status_code == 404


def test_a_wrong_key_is_told_and_opens_nothing(client: TestClient, key: str) -> None:
    answer = client.post("/sign-in", data={"key": key + "x"})
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert not client.cookies


def test_the_session_is_for_browsers_and_ends(ada: TestClient, key: str) -> None:
    cookie = ada.post("/sign-in", data={"key": key, "token": token(ada)}, follow_redirects=False)
    for word in ("HttpOnly", "SameSite=lax", "Max-Age=2592000"):
        assert word in cookie.headers["set-cookie"]
    assert "Ada" in ada.get("/look").text
    assert key not in cookie.headers["set-cookie"]
    assert ada.post("/sign-out", data={"token": token(ada)}).status_code == 200
    assert "Ada" not in ada.get("/look").text


def test_a_forged_session_is_none(ada: TestClient) -> None:
    good = ada.cookies["sv_session"]
    for forged in (good[:-2], good.replace(".", "x", 1), "", "a.b.c"):
        ada.cookies.clear()
        ada.cookies.set("sv_session", forged)
        assert "Ada" not in ada.get("/look").text


def test_a_revoked_key_ends_its_session(ada: TestClient) -> None:
    revoke(services(ada).store, "Ada", None, datetime.now(UTC))
    assert "Ada" not in ada.get("/look").text


def test_after_a_key_was_revoked_one_signs_in_with_another(ada: TestClient) -> None:
    store = services(ada).store
    revoke(store, "Ada", None, datetime.now(UTC))
    other = add_account(store, "Ben", Role.POSTER, datetime.now(UTC)).secret
    old = ada.cookies["sv_session"]
    for path, fields in (
        ("/sign-in", {"key": other}),
        ("/language", {"language": "it"}),
        ("/sign-out", {}),
    ):
        ada.cookies.clear()
        ada.cookies.set("sv_session", old)
        assert ada.post(path, data=fields, follow_redirects=False).status_code == 303
    ada.cookies.clear()
    ada.cookies.set("sv_session", old)
    problem(ada.post("/v1/search/photo", content=b""), 422, "picture-damaged")  # As to anybody.


def test_a_cookie_of_no_session_is_taken_away(ada: TestClient) -> None:
    assert "set-cookie" not in ada.get("/look").headers
    revoke(services(ada).store, "Ada", None, datetime.now(UTC))
    assert token(ada) == ""
    assert not ada.cookies


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": "guessed"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_use_the_cookie(ada: TestClient, headers: dict[str, str]) -> None:
    """With another site's headers even the right token is of no use; without a token nothing is."""
    if "Sec-Fetch-Site" in headers or "Origin" in headers:
        headers = {**headers, "X-CSRF-Token": token(ada)}
    problem(ada.post("/start/demo", data={}, headers=headers), 403, "foreign-request")
    problem(ada.post("/sign-out", data={}, headers=headers), 403, "foreign-request")
    problem(ada.post("/v1/search/photo", content=b"", headers=headers), 403, "foreign-request")
    assert "Ada" in ada.get("/look").text


def test_another_site_cannot_sign_somebody_in(client: TestClient, key: str) -> None:
    answer = client.post("/sign-in", data={"key": key}, headers={"Sec-Fetch-Site": "cross-site"})
    problem(answer, 403, "foreign-request")
    assert not client.cookies


@pytest.mark.parametrize(
    "then", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"]
)
def test_signing_in_leads_nowhere_else(client: TestClient, key: str, then: str) -> None:
    answer = client.post("/sign-in", data={"key": key, "then": then}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_the_first_account_is_made_here_and_once(settings: Settings, start: Start) -> None:
    client = start(address="127.0.0.1")
    client.headers["Host"] = "127.0.0.1:8000"
    assert client.get("/sign-in", follow_redirects=False).headers["location"] == "/welcome"
    answer = client.post("/welcome", data={"name": " Ada  L. "})
    secret = re.search(r"sv_[\w-]+", answer.text)
    assert secret
    actor = authenticate(services(client).store, secret[0])
    assert actor.account is not None
    assert (actor.account.name, actor.account.role) == ("Ada L.", Role.ADMIN)
    assert "Ada L." in client.get("/look").text
    again = client.post("/welcome", data={"name": "Eve", "token": token(client)}, follow_redirects=False)
    assert again.headers["location"] == "/sign-in"


def test_nobody_from_elsewhere_makes_the_first_account(start: Start) -> None:
    client = start(address="192.0.2.7")
    answer = client.post("/welcome", data={"name": "Eve"}, headers={"Host": "127.0.0.1"})
    assert answer.status_code == 403
    assert not has_accounts(services(client).store)


@pytest.mark.parametrize(
    "host",
    ["attacker.example:8000", "localhost.attacker.example", "127.0.0.1.attacker.example", "127.0.0.1@a", ""],
)
def test_no_site_makes_the_first_account_by_a_name_of_its_own_for_this_machine(
    start: Start, host: str
) -> None:
    client = start(address="127.0.0.1")
    headers = {"Host": host, "Origin": f"http://{host}"}
    answer = client.post("/welcome", data={"name": "Eve"}, headers=headers)
    assert answer.status_code == 403
    assert not has_accounts(services(client).store)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "[::1]:8000"])
def test_this_machine_goes_by_its_own_names(start: Start, host: str) -> None:
    client = start(address="127.0.0.1")
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert client.post("/welcome", data={"name": "Ada"}, headers=headers).status_code == 200
    assert has_accounts(services(client).store)


def test_nothing_on_the_page_with_the_first_key_leads_away_by_accident(start: Start) -> None:
    client = start(address="127.0.0.1")
    page = client.post("/welcome", data={"name": "Ada"}, headers={"Host": "localhost"}).text
    assert re.search(r"sv_[\w-]+", page)
    assert "<form" not in page
    assert re.findall(r'<a [^>]*href="([^"]*)"', page) == ["#content", "/start"]


def test_another_language_leaves_one_where_one_is(client: TestClient) -> None:
    page = client.get("/look", params={"a": "x y&z", "b": "è"}).text
    (then,) = re.findall(r'name="then" value="([^"]*)"', page)
    answer = client.post("/language", data={"language": "it", "then": unescape(then)}, follow_redirects=False)
    assert answer.headers["location"] == "/look?a=x+y%26z&b=%C3%A8"


def test_the_language_is_the_browsers_unless_it_was_chosen(client: TestClient) -> None:
    italian = {"Accept-Language": "it-IT,it;q=0.9"}
    assert '<html lang="en">' in client.get("/look").text
    assert '<html lang="it">' in client.get("/look", headers=italian).text
    client.post("/language", data={"language": "en", "then": "/look"})
    assert '<html lang="en">' in client.get("/look", headers=italian).text


def test_people_get_pages_and_programs_get_problems(client: TestClient) -> None:
    page = client.get("/no-such", headers={"Accept": "text/html,*/*"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    problem(client.get("/no-such"), 404, "not-found")
    problem(client.get("/v1/no-such", headers={"Accept": "text/html"}), 404, "not-found")


def test_me_counts_all_posts_and_shows_drafts_first(client: TestClient) -> None:
    ada, ben = person(client, "Ada"), person(client, "Ben")
    old_draft = ada.draft()
    published = [ada.publish()[0] for _ in range(49)]
    for post_id in (published[0], published[-1]):
        ben.ask("PUT", f"/v1/posts/{post_id}/smile")
    client.post("/sign-in", data={"key": ada.key})
    first = client.get("/me").text
    assert f'href="/post/{old_draft}"' in first
    assert first.index(old_draft) < first.index(published[-1])
    second = client.get(re.findall(r'href="(/me\?after=[^"]+)"', first)[0]).text
    assert published[0] in second
    assert old_draft not in second
    for text in (first, second):
        assert re.search(r"Published\s*<span[^>]*>49<", text)
        assert re.search(r"Smiles</dt><dd>2<", text)
    assert re.search(r"Drafts\s*<span[^>]*>1<", first)


def test_me_leads_to_no_page_without_posts(client: TestClient) -> None:
    ada = person(client, "Ada")
    ada.draft()
    for _ in range(48):
        ada.publish()
    client.post("/sign-in", data={"key": ada.key})
    assert "/me?after=" not in client.get("/me").text


@pytest.mark.parametrize(
    ("path", "status"), [("/no-such", 404), ("/people/nobody", 404), ("/me?after=made-up", 422)]
)
def test_problems_show_who_is_signed_in(ada: TestClient, path: str, status: int) -> None:
    page = ada.get(path, headers={"Accept": "text/html"})
    assert page.status_code == status
    for link in ('action="/sign-out"', 'href="/me"', 'href="/catalogue"'):
        assert link in page.text
    assert 'href="/sign-in"' not in page.text


def test_a_problem_of_the_store_is_shown_without_asking_it_again(ada: TestClient) -> None:
    held = services(ada)
    held.store.engine.dispose()
    ada.app.state.services = replace(held, store=NoStore())  # type: ignore[attr-defined]
    for path, status in (("/look", 503), ("/no-such", 404)):
        page = ada.get(path, headers={"Accept": "text/html"})
        assert page.status_code == status
        assert 'href="/sign-in"' in page.text
    assert ada.app.state.services.store.asked == 2  # type: ignore[attr-defined]
    assert ada.cookies["sv_session"]
    ada.app.state.services = held  # type: ignore[attr-defined]


def test_after_signing_in_one_is_where_one_wanted_to_be(settings: Settings, start: Start) -> None:
    client = start(settings.model_copy(update={"anonymous_browsing": False}))
    add_account(services(client).store, "Ada", Role.ADMIN, datetime.now(UTC))
    asked = client.get("/?interest=Kitchen", headers={"Accept": "text/html"}, follow_redirects=False)
    assert parse_qs(urlsplit(asked.headers["location"]).query) == {"then": ["/?interest=Kitchen"]}


def test_without_anonymous_browsing_every_page_sends_to_sign_in(settings: Settings, start: Start) -> None:
    client = start(settings.model_copy(update={"anonymous_browsing": False}))
    add_account(services(client).store, "Ada", Role.ADMIN, datetime.now(UTC))
    paths = {
        route.path for router in page_routers for route in router.routes if "GET" in route.methods
    } - OPEN_PAGES
    assert {"/", "/posts/{post_id}", "/people/{account_id}", "/look"} <= paths
    for path in sorted(paths):
        asked = re.sub(r"{\w+(:path)?}", "some", path)
        answer = client.get(asked, headers={"Accept": "text/html"}, follow_redirects=False)
        assert (answer.status_code, answer.headers.get("location", "").partition("?")[0]) == (
            303,
            "/sign-in",
        ), path
