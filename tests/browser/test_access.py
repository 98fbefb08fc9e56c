"""What axe finds, on every page at both sizes, in both languages and both colour schemes: nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from .conftest import House, Open, Watch, ready
from .service import PHOTO, client, served, settings_in
from .test_way import reveal

PAGES = ["/look", "/me", "/catalogue", "/products/SH-084", "/start", "/no-such-page"]
KINDS = [
    ("phone", "light", "en-GB"),
    ("desktop", "dark", "en-GB"),
    ("phone", "dark", "it-IT"),
    ("desktop", "light", "it-IT"),
]


@pytest.mark.parametrize(("size", "scheme", "locale"), KINDS)
def test_axe_finds_no_violation(
    ada: Callable[..., Page], house: House, watches: list[Watch], size: str, scheme: str, locale: str
) -> None:
    page = ada(size, color_scheme=scheme, locale=locale)
    page.goto("/")
    page.locator(".bag summary").first.click()
    well(page)
    person = page.locator(".by a").first.get_attribute("href")
    for path in [*PAGES, f"/posts/{house.posts[0]}", person, an_import(house)]:
        page.goto(path)
        well(page)
    page.goto("/look")
    page.set_input_files("#file", PHOTO)
    page.locator(".card").first.wait_for()
    well(page)
    page.goto("/post")
    ready(page)
    well(page)
    page.set_input_files("#file", PHOTO)
    reveal(page)
    well(page)
    page.locator("[data-key^=yes-]").first.click()
    page.locator("#words input").fill("red")
    page.locator("#found button").first.wait_for()
    well(page)
    page.locator("form[action='/sign-out'] button").click()
    page.goto("/sign-in")
    well(page)
    page.locator("input[name=key]").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    well(page)
    only_axe_complained(watches[0])


@pytest.mark.parametrize(("size", "scheme", "locale"), KINDS)
def test_axe_finds_no_violation_where_there_is_nothing_yet(
    tmp_path: Path, open_page: Open, watches: list[Watch], size: str, scheme: str, locale: str
) -> None:
    settings = settings_in(tmp_path, oidc_issuer="http://localhost:1", oidc_client_id="spark-vision")
    with served(settings) as address:
        page = open_page(address, size, color_scheme=scheme, locale=locale)
        page.goto("/sign-in")  # With a provider's button.
        well(page)
        page.goto("/sign-in/provider")  # It is down.
        page.get_by_role("alert").wait_for()
        well(page)
        page.goto("/welcome")
        well(page)
        page.locator("input[name=name]").fill("Ada")
        page.keyboard.press("Enter")
        page.locator("#key").wait_for()
        well(page)
        for path in ["/start", "/", "/me", "/catalogue"]:
            page.goto(path)
            well(page)
        page.close()
    only_axe_complained(watches[0])


def well(page: Page) -> None:
    page.wait_for_load_state()
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"


def an_import(house: House) -> str:
    """A feed with a mistake, imported beside what is live; its page once it has ended."""
    feed = b"id,title,image_link\n,No id,a.jpg\n"
    with client(house.address, house.key) as api:
        sent = api.post("/v1/catalogue/imports", files={"feed": ("bad.csv", feed)}, data={"live": "false"})
        assert sent.status_code == 202, sent.text
        return f"/catalogue/imports/{sent.json()['id']}"


def only_axe_complained(watch: Watch) -> None:
    """axe writes styles inline and fetches ours to read them, which our policy stops; other tests watch the
    console of the same pages without axe.
    """
    watch.wrong[:] = [wrong for wrong in watch.wrong if not wrong.startswith("console:")]
