"""What waits in the browser is its account's, whoever signs in there next."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import House, Open, Watch, id_of, ready, sign_in
from tests.browser.service import PHOTO
from tests.browser.test_end_to_end import begin_draft

Ada = Callable[..., Page]


def signed_out_beside(ada: Ada) -> tuple[Page, Page]:
    """Ada's page of a new post, and one beside it in which she has signed out since."""
    page = ada()
    page.goto("/post")
    ready(page)
    beside = page.context.new_page()
    sign_out(beside)
    return page, beside


def test_a_photo_that_waits_is_not_the_next_ones(ada: Ada, watches: list[Watch], house: House) -> None:
    page, beside = signed_out_beside(ada)
    wait_with_a_photo(page, "You are signed out")
    page.close()
    sign_in(beside, house.poster)
    finds_nothing(beside)
    sign_out(beside)
    sign_in(beside, house.key)  # It is gone.
    finds_nothing(beside)
    watches[0].forgive("401")


def test_a_page_loaded_again_for_the_next_one_is_empty(ada: Ada, watches: list[Watch], house: House) -> None:
    """A browser brings back by itself what was typed into a page that it loads again."""
    page, beside = signed_out_beside(ada)
    sign_in(beside, house.poster)
    wait_with_a_photo(page, "This page is from before you signed in again")
    with page.expect_navigation():
        page.locator("#items").get_by_role("button", name="Load the page again").click()
    is_empty(page)
    page.route("**/v1/posts", lambda route: route.abort())
    page.set_input_files("#file", PHOTO)
    page.get_by_role("button", name="Try again").wait_for()
    expect(page.get_by_label("Caption")).to_have_value("")
    page.once("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation():
        page.get_by_role("button", name="Throw away").click()
    is_empty(page)
    watches[0].forgive("403", "/v1/posts")


def test_a_caption_without_its_photo_is_not_the_next_ones(
    ada: Ada, watches: list[Watch], house: House
) -> None:
    page = ada()
    page.goto("/post")
    ready(page)
    page.route("**/v1/posts", lambda route: route.abort())
    page.set_input_files("#file", PHOTO)
    again = page.get_by_role("button", name="Try again")
    again.wait_for()
    page.get_by_label("Caption").fill("Mine")
    page.unroute("**/v1/posts")
    page.route("**/v1/posts", lambda route: route.fulfill(status=422, json={"type": "/problems/photo"}))
    again.click()
    expect(page.locator("#refused")).not_to_be_empty()
    page.goto("/post")
    ready(page)
    expect(page.get_by_label("Caption")).to_have_value("Mine")
    page.unroute("**/v1/posts")
    sign_out(page)
    sign_in(page, house.poster)
    finds_nothing(page)
    watches[0].forgive("/v1/posts")


def test_decisions_that_wait_are_not_sent_by_an_admin(
    open_page: Open, watches: list[Watch], house: House
) -> None:
    """An admin may open the draft."""
    page = open_page(house.address)
    sign_in(page, house.poster)
    begin_draft(page)
    page.context.clear_cookies()
    page.get_by_role("button", name="Tag ").first.click()
    expect(page.locator("#state")).to_contain_text("You are signed out")
    draft, context = id_of(page), page.context
    page.close()
    page = context.new_page()
    for key, tags in ((house.key, 0), (house.poster, 1)):
        sign_in(page, key)
        page.goto(f"/post/{draft}")
        page.locator(".item").first.wait_for()
        expect(page.locator("#state")).to_have_text("Draft saved")
        expect(page.locator("#tagged li")).to_have_count(tags)
        held = page.request.get(f"/v1/posts/{draft}").json()
        assert (len(held["tags"]), held["state"]) == (tags, "draft")
    watches[0].forgive("401")


def wait_with_a_photo(page: Page, why: str) -> None:
    page.set_input_files("#file", PHOTO)
    expect(page.locator("#state")).to_contain_text(why)
    page.get_by_label("Caption").fill("Mine")


def finds_nothing(page: Page) -> None:
    page.goto("/post")
    is_empty(page)


def is_empty(page: Page) -> None:
    """No photo, no caption, and no draft was made."""
    ready(page)
    expect(page.locator("#drop")).to_be_visible()
    expect(page.get_by_label("Caption")).to_have_value("")
    assert page.url.endswith("/post")


def sign_out(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").wait_for()
