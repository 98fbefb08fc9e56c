"""The catalogue team's page: feeds that come in, their reports, and the way back."""

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from spark_vision.demo.shop_folder import demo_shop
from tests.browser.conftest import House, Open, ready, sign_in, until
from tests.browser.service import client, furnish, served, settings_in

BAD_FEED = "title,price\nMug without an id,14.00 EUR\n"
PRODUCTS = 6


def test_feeds_come_in_and_the_one_before_comes_back(tmp_path: Path, open_page: Open) -> None:
    settings = settings_in(tmp_path, import_folder=small_shop(tmp_path / "shop"))
    key = furnish(settings)
    with served(settings) as address:
        page = open_page(address)
        sign_in(page, key)
        page.goto("/catalogue")
        live = page.locator(".figures")
        expect(live).to_contain_text("110")
        with client(address, key) as api:
            made = api.post("/v1/catalogue/imports", json={"path": "small.csv"}).json()
        page.goto(f"/catalogue/imports/{made['id']}")
        expect(page.locator("#import .figures")).to_contain_text(str(PRODUCTS))
        expect(page.get_by_role("alert")).to_contain_text(
            f"would remove {110 - PRODUCTS} of 110 live products"
        )
        page.get_by_role("button", name="Accept and go live").click()
        expect(page.locator("#import")).to_contain_text("Done · made live")
        figures = page.locator("#import .figures dt").all_inner_texts()
        assert "Without picture" in figures
        assert not [name for name in figures if "_" in name or name.islower()]
        expect(page.get_by_role("alert")).to_contain_text(f"{110 - PRODUCTS} of 110 products are gone")
        expect(page.locator("#import")).not_to_contain_text("Nothing wants a look")
        expect(page.locator("#issues ~ .scroll")).to_contain_text("SH-BAD")
        page.goto("/catalogue")
        # The service picks a new version up a moment after it was made.
        until(page, lambda: "110" not in live.inner_text(), page.reload)
        expect(page.locator("#imports")).to_contain_text("small.csv")
        page.get_by_role("button", name="Back to the one before").click()
        expect(live).to_contain_text("110")
        send(page, tmp_path / "bad.csv")
        expect(page.get_by_role("alert")).to_be_visible()
        page.close()


def test_what_was_learned_is_seen_removed_and_put_back(house: House, ada: Callable[..., Page]) -> None:
    for size in ("phone", "desktop"):
        page = ada(size)
        page.goto("/catalogue")
        learned = page.locator("#learned")
        count = learned.locator("h2 span")
        before = count.inner_text()
        assert int(before) >= 3 * len(house.posts)  # other tests tag as well
        first = learned.locator("li").first
        picture = first.locator("img").first
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 0
        first.get_by_role("button", name="Remove what was learned").click()
        expect(count).to_have_text(str(int(before) - 1))
        expect(first).to_contain_text("removed")
        first.get_by_role("button", name="Undo the removal").click()
        expect(count).to_have_text(before)
        expect(first).not_to_contain_text("removed")


def test_all_that_was_learned_is_in_reach_and_removing_keeps_the_place(
    house: House, ada: Callable[..., Page]
) -> None:
    page = ada("phone")
    page.goto("/catalogue")
    ready(page)
    learned = page.locator("#learned li")
    shown = learned.count()
    page.locator("#learned").get_by_role("link", name="More").click()
    page.wait_for_url("**/catalogue?after=*")
    ready(page)
    count = page.locator("#learned-count")
    before = int(count.inner_text())
    assert learned.count() > 0
    assert learned.count() + shown >= min(before, 2 * shown)
    button = learned.last.get_by_role("button")
    button.scroll_into_view_if_needed()
    button.focus()
    place = page.evaluate("scrollY")
    assert place > 0
    for name, left in (("Undo the removal", before - 1), ("Remove what", before)):
        page.keyboard.press("Enter")
        expect(count).to_have_text(str(left))
        expect(button).to_have_accessible_name(re.compile(name))
        expect(button).to_be_focused()
        assert page.evaluate("scrollY") == place


def test_without_scripts_one_comes_back_to_what_was_removed(open_page: Open, house: House) -> None:
    page = open_page(house.address, java_script_enabled=False)
    sign_in(page, house.key)
    page.goto("/catalogue")
    page.locator("#learned").get_by_role("link", name="More").click()
    last = page.locator("#learned li").last
    last.get_by_role("button", name="Remove what").click()
    page.wait_for_url("**/catalogue?after=*#learned-*")
    expect(last).to_contain_text("removed")
    expect(last).to_be_in_viewport()
    last.get_by_role("button", name="Undo the removal").click()
    expect(last).not_to_contain_text("removed")


def test_an_import_is_cancelled_where_it_is_watched(
    tmp_path: Path, open_page: Open, never_ending: str
) -> None:
    settings = settings_in(tmp_path, picture_networks=("127.0.0.0/8",))
    key = furnish(settings)
    with served(settings) as address:
        page = open_page(address)
        sign_in(page, key)
        with client(address, key) as api:
            made = api.post("/v1/catalogue/imports", json={"address": never_ending}).json()
        page.goto(f"/catalogue/imports/{made['id']}")
        expect(page.locator("#import")).to_contain_text("fetching the feed")
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("#import")).to_contain_text("Cancelled")
        assert page.url.endswith(f"/catalogue/imports/{made['id']}")
        expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
        page.close()


def test_why_an_import_failed_is_said_in_the_readers_language(house: House, ada: Callable[..., Page]) -> None:
    page = ada()
    with client(house.address, house.key) as api:
        feeds: list[tuple[str, str, dict[str, Any]]] = [
            # No address of this machine is fetched here.
            ("scaricare", "127.0.0.1", {"json": {"address": "http://127.0.0.1:9/feed.csv"}}),
            ("leggere", "broken.xml", {"files": {"feed": ("broken.xml", b"<rss><channel><item>")}}),
        ]
        made = [api.post("/v1/catalogue/imports", **sent).json()["id"] for *_, sent in feeds]
    page.goto("/catalogue")
    page.get_by_role("button", name="Italiano").click()
    for (word, detail, _), import_id in zip(feeds, made, strict=True):
        words = f"Il feed non si può {word}"
        page.goto(f"/catalogue/imports/{import_id}")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text(words)
        expect(alert.locator("details p")).to_be_hidden()
        alert.get_by_text("Dettagli").click()
        expect(alert.locator("details p")).to_contain_text(detail)
        page.goto("/catalogue")
        expect(page.locator("#imports")).to_contain_text(f"Non riuscita: {words}")


def test_links_are_as_small_as_the_buttons_beside_them(ada: Callable[..., Page]) -> None:
    page = ada()
    page.goto("/catalogue")
    link = page.get_by_role("link", name="Report").bounding_box()
    button = page.locator("#learned button").first.bounding_box()
    assert link is not None
    assert button is not None
    assert link["height"] == button["height"]


def test_an_empty_feed_is_called_empty(ada: Callable[..., Page]) -> None:
    page = ada()
    page.goto("/catalogue")
    ready(page)
    start = page.get_by_role("button", name="Start")
    start.click()
    expect(page.locator("#told")).to_have_text("Choose a file or give an address.")
    page.get_by_label("A file").set_input_files(
        {"name": "nothing.csv", "mimeType": "text/csv", "buffer": b""}
    )
    start.click()
    expect(page.locator("#told")).to_contain_text("nothing.csv is empty")


@pytest.fixture
def never_ending() -> Iterator[str]:
    """The address of a feed that is never sent, until the test is over."""
    over = Event()

    class Silent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            over.wait()

    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/feed.csv"
        over.set()
        server.shutdown()


def small_shop(folder: Path) -> Path:
    """A few of the demo shop's products, and one whose picture is missing."""
    (folder / "images").mkdir(parents=True)
    with (demo_shop() / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:PRODUCTS]
    for row in rows:
        row["additional_image_link"] = ""
        shutil.copy(demo_shop() / row["image_link"], folder / row["image_link"])
    rows.append({**rows[0], "id": "SH-BAD", "image_link": "images/none.jpg"})
    with (folder / "small.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def send(page: Page, feed: Path) -> None:
    feed.write_text(BAD_FEED)
    ready(page)
    page.get_by_label("A file").set_input_files(feed)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/catalogue/imports/*")
