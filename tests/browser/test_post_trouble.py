"""Posting with a connection that is lost, a session that has ended, and what the service refuses."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import House, Open, Watch, id_of, ready, sign_in
from tests.browser.service import PHOTO
from tests.browser.test_end_to_end import begin_draft, reveal


def test_nothing_is_lost_with_the_connection(ada: Callable[..., Page], watches: list[Watch]) -> None:
    page = ada()
    begin_draft(page)
    page.route("**/tags/**", lambda route: route.abort())
    page.get_by_role("button", name="Tag ").first.click()
    expect(page.locator("#state")).to_have_text("No connection: kept here and sent later")
    page.get_by_label("Caption").fill("Still here")
    page.unroute("**/tags/**")
    page.reload()
    expect(page.locator("#tagged li")).to_have_count(1)
    expect(page.get_by_label("Caption")).to_have_value("Still here")
    expect(page.locator("#state")).to_have_text("Draft saved")
    post = page.request.get(f"/v1/posts/{id_of(page)}").json()
    assert (len(post["tags"]), post["caption"], post["state"]) == (1, "Still here", "draft")
    # Each try on the broken connection is in the browser's console, and nothing else is.
    watches[0].forgive("/tags/")


def test_a_photo_whose_answer_was_lost_keeps_its_caption(
    ada: Callable[..., Page], watches: list[Watch]
) -> None:
    def lose(route: Route) -> None:
        made.append(route.fetch().json()["id"])
        route.abort()

    made: list[str] = []
    page = ada()
    page.goto("/post")
    ready(page)
    page.route("**/v1/posts", lose)
    page.set_input_files("#file", PHOTO)
    again = page.get_by_role("button", name="Try again")
    again.wait_for()
    page.get_by_label("Caption").fill("Typed meanwhile")
    page.reload()
    again.wait_for()
    expect(page.get_by_label("Caption")).to_have_value("Typed meanwhile")
    page.unroute("**/v1/posts")
    again.click()
    page.wait_for_url(f"**/post/{made[0]}")
    expect(page.locator("#state")).to_have_text("Draft saved")
    assert page.request.get(f"/v1/posts/{made[0]}").json()["caption"] == "Typed meanwhile"
    page.goto("/post")  # Nothing is kept of it.
    ready(page)
    expect(page.locator("#drop")).to_be_visible()
    expect(page.get_by_label("Caption")).to_have_value("")
    assert set(made) == {made[0]}
    watches[0].forgive("/v1/posts")


def test_who_is_signed_out_loses_nothing(
    ada: Callable[..., Page], watches: list[Watch], house: House
) -> None:
    page = ada()
    begin_draft(page)
    page.context.clear_cookies()
    page.get_by_role("button", name="Tag ").first.click()
    state = page.locator("#state")
    expect(state).to_contain_text("You are signed out: kept here and sent later")
    post_id = id_of(page)
    state.get_by_role("link", name="Sign in").click()
    page.get_by_label("Key", exact=True).fill(house.key)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/post/{post_id}")
    expect(page.locator("#tagged li")).to_have_count(1)
    expect(state).to_have_text("Draft saved")
    assert len(page.request.get(f"/v1/posts/{post_id}").json()["tags"]) == 1
    watches[0].forgive("401")


def test_a_page_from_before_another_sign_in_loses_nothing(
    ada: Callable[..., Page], watches: list[Watch], house: House
) -> None:
    page = ada()
    begin_draft(page)
    beside = page.context.new_page()
    sign_in(beside, house.key)
    page.get_by_role("button", name="Tag ").first.click()
    state = page.locator("#state")
    expect(state).to_contain_text("This page is from before you signed in again")
    state.get_by_role("button", name="Load the page again").click()
    expect(state).to_have_text("Draft saved")
    assert len(page.request.get(f"/v1/posts/{id_of(page)}").json()["tags"]) == 1
    watches[0].forgive("403")


@pytest.mark.parametrize(
    ("locale", "label", "words", "choose"),
    [
        ("en-GB", "Key", "This photo is damaged and cannot be read.", "Choose another photo"),
        (
            "it-IT",
            "Chiave",
            "Questa foto è danneggiata e non si legge.",
            "Scegli un'altra foto",
        ),
    ],
)
def test_a_refused_photo_is_followed_by_another(
    open_page: Open, house: House, watches: list[Watch], locale: str, label: str, words: str, choose: str
) -> None:
    page = open_page(house.address, "phone", locale=locale)
    sign_in(page, house.key, label)
    page.goto("/post")
    ready(page)
    damaged = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": PHOTO.read_bytes()[:300]}
    page.set_input_files("#file", damaged)  # type: ignore[arg-type]
    expect(page.locator("#refused")).to_have_text(words)
    expect(page.locator("#side")).to_be_hidden()
    page.get_by_label(choose).set_input_files(PHOTO)
    page.locator(".item").first.wait_for()
    expect(page.locator("#refused")).to_be_empty()
    watches[0].forgive("422")


def test_what_needs_a_draft_waits_for_it(ada: Callable[..., Page], watches: list[Watch]) -> None:
    page = ada()
    page.goto("/post")
    ready(page)
    page.route("**/v1/posts", lambda route: route.abort())
    page.set_input_files("#file", PHOTO)
    page.get_by_role("button", name="Try again").wait_for()
    needing = [page.locator("#publish"), page.locator("#draw"), page.locator("#words input")]
    for control in needing:
        expect(control).to_be_disabled()
    box = page.locator("#frame").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 150, steps=3)
    page.mouse.up()
    page.mouse.click(box["x"] + 20, box["y"] + 20)
    page.unroute("**/v1/posts")
    page.get_by_role("button", name="Try again").click()
    page.locator(".item").first.wait_for()
    for control in needing:
        expect(control).to_be_enabled()
    watches[0].forgive("/v1/posts")


@pytest.mark.parametrize("name", ["Publish", "Throw away"])
def test_what_fails_is_said_beside_the_buttons(
    ada: Callable[..., Page], watches: list[Watch], name: str
) -> None:
    page = ada("phone")
    begin_draft(page)
    page.get_by_role("button", name="Tag ").first.click()
    expect(page.locator("#state")).to_have_text("Draft saved")
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.set_offline(True)
    page.get_by_role("button", name=name).click()
    told = page.locator("#failed")
    expect(told).to_have_text("The service cannot be reached. Check the connection.")
    expect(told).to_be_in_viewport(ratio=1)
    page.context.set_offline(False)
    page.get_by_role("button", name=name).click()
    page.wait_for_url("**/posts/*" if name == "Publish" else "**/post")
    watches[0].forgive("ERR_INTERNET_DISCONNECTED")


def test_what_is_refused_is_said(ada: Callable[..., Page], watches: list[Watch]) -> None:
    page = ada("phone")
    begin_draft(page)
    full = {"type": "/problems/too-many-tags", "detail": "The post is full."}
    page.route("**/tags/**", lambda route: route.fulfill(status=409, json=full))
    page.get_by_role("button", name="Tag ").first.click()
    expect(page.locator("#failed")).to_have_text("This photo has as many tags as it may have.")
    expect(page.locator("#tagged li")).to_have_count(0)
    page.unroute("**/tags/**")
    reveal(page)
    page.get_by_role("button", name="Tag ").first.click()
    expect(page.locator("#failed")).to_be_empty()
    expect(page.locator("#state")).to_have_text("Draft saved")
    watches[0].forgive("409")
