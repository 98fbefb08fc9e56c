"""From an empty folder to a published post with tags, a click to the shop and a commission."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SIZES, Open, Watch, ready, until
from tests.browser.service import PHOTO, client, served, settings_in


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_from_an_empty_folder_to_a_commission(
    tmp_path: Path, open_page: Open, watches: list[Watch], size: str
) -> None:
    with served(settings_in(tmp_path)) as address:
        page = open_page(address, size)
        key = first_run(page)
        post_id = publish(page)
        tags = page.request.get(f"/v1/posts/{post_id}").json()["tags"]
        tag = next(tag for tag in tags if tag["hidden_because"] is None)
        visitor = open_page(address, size)
        go_to_the_shop(visitor, tag["product_id"])
        # The shop is not there: that the browser went to it has to do.
        until(visitor, lambda: bool(watches[1].shop), lambda: None)
        landed = watches[1].shop[0]
        assert landed.startswith(f"https://shop.example/p/{tag['product_id']}?click=")
        with client(address, key) as api:
            order = {
                "kind": "order",
                "order_id": "A-1",
                "currency": "EUR",
                "click_id": landed.rpartition("click=")[2],
                "lines": [{"line_id": "1", "product_id": tag["product_id"], "amount": 2000}],
            }
            told = api.post("/v1/orders", json=order)
            assert told.status_code == 201, told.text
            assert told.json()["lines"][0]["commission"] == 200
        page.goto("/me")
        expect(page.locator(".figures")).to_contain_text("€2.00")
        expect(page.locator("table")).to_contain_text("Commission")
        expect(page.locator(".chart rect.some")).to_have_count(1)
        page.close()
        visitor.close()


def first_run(page: Page) -> str:
    """The first account, and the demo shop; the account's key."""
    page.goto("/sign-in")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Make my account").click()
    key = page.locator("#key").inner_text()
    page.get_by_role("link", name="I have kept it").click()
    page.get_by_role("button", name="Take the demo shop").click()
    expect(page.get_by_role("heading", name="The shop is ready")).to_be_visible()
    return key


def publish(page: Page) -> str:
    """A photo with one confirmed suggestion and one tag by words; the post's id."""
    page.get_by_role("link", name="Post a photo").click()
    page.wait_for_url("**/post")
    ready(page)
    page.set_input_files("#file", PHOTO)
    expect(page.locator("#shown")).to_be_visible()
    reveal(page)
    page.get_by_role("button", name="Tag ").first.click()
    expect(page.locator(".decided")).to_contain_text("Tagged")
    page.get_by_label("Search the shop in words").fill("red")
    page.locator("#found button").filter(has_not_text="Sold out").first.click()
    expect(page.locator("#tagged li")).to_have_count(2)
    page.get_by_label("Caption").fill("From the hall")
    expect(page.locator("#state")).to_have_text("Draft saved")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/posts/*")
    expect(page.locator(".said")).to_have_text("From the hall")
    expect(page.get_by_role("heading", name="2 products")).to_be_visible()
    return page.url.rpartition("/")[2]


def reveal(page: Page) -> None:
    """Suggestions that are no more than guesses are shown when one asks for them."""
    page.locator(".item").first.wait_for()
    guesses = page.locator("[data-key^=guess-]")
    if not page.locator("[data-key^=yes-]").count():
        guesses.first.click()


def begin_draft(page: Page) -> None:
    """Choose a photo on the page for posting, and wait for what is suggested."""
    page.goto("/post")
    ready(page)
    page.set_input_files("#file", PHOTO)
    reveal(page)


def go_to_the_shop(page: Page, product_id: str) -> None:
    page.goto("/")
    page.locator(".bag summary").click()
    page.locator(f'.shelf-row:has(a[href^="/products/{product_id}?"]) .shop').click()
