"""Posting: by keyboard alone, what is asked before, and what is said of suggestions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FileChooser, Page, Route, expect

from tests.browser.conftest import House, Open, Watch, id_of, ready, sign_in, until
from tests.browser.service import LAMP, PHOTO, SUITCASES, client, lines_of, post
from tests.browser.test_end_to_end import begin_draft


def test_a_post_by_keyboard_alone(open_page: Open, watches: list[Watch], house: House) -> None:
    """From signing in to the shop."""
    page = open_page(house.address)
    page.goto("/sign-in")
    tab_to(page, "input[name=key]")
    page.keyboard.type(house.key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    tab_to(page, "a[href='/post']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/post")
    ready(page)
    tab_to(page, "#file")
    choose_by_keyboard(page)
    page.locator(".item").first.wait_for()
    tab_to(page, "#draw")
    page.keyboard.press("Enter")
    expect(page.locator(".growing")).to_be_focused()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".item", has=page.get_by_role("button", name="Drop this box"))).to_be_focused()
    boxes = page.request.get(f"/v1/posts/{id_of(page)}").json()["boxes"]
    assert [round(value, 2) for value in boxes[0].values()] == [0.26, 0.28, 0.42, 0.4]
    tab_to(page, "#words input")
    with page.expect_response(lambda answer: answer.url.endswith("q=green&top=8")):
        page.keyboard.type("green")  # Each letter may bring an answer, and the last one stays.
    page.locator("#found button").first.wait_for()
    tab_to(page, "#found button")
    page.keyboard.press("Enter")
    expect(page.locator(".point")).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowUp")
    tab_to(page, "#caption")
    page.keyboard.type("By keys")
    tab_to(page, "#publish")
    page.keyboard.press("Enter")
    page.wait_for_url("**/posts/*")
    post = page.request.get(f"/v1/posts/{id_of(page)}").json()
    assert (post["state"], post["caption"]) == ("published", "By keys")
    assert [(tag["x"], tag["y"]) for tag in post["tags"]] == [(0.45, 0.49)]
    ready(page)
    tab_to(page, ".smile button")
    page.keyboard.press("Enter")
    expect(page.locator(".smile button")).to_have_attribute("aria-pressed", "true")
    tab_to(page, ".shelf.plain .shop")
    page.keyboard.press("Enter")
    until(page, lambda: bool(watches[0].shop), lambda: None)
    # One's own clicks do not count, so that the link has no click in it.
    assert watches[0].shop == [f"https://shop.example/p/{post['tags'][0]['product_id']}"]
    with client(house.address, house.key) as api:
        api.delete(f"/v1/posts/{post['id']}").raise_for_status()


def test_deciding_leaves_the_page_where_it_is(ada: Callable[..., Page]) -> None:
    page = ada("phone")
    begin_draft(page)
    card = page.locator(".item", has=page.locator(".front")).first
    yes, undo = card.get_by_role("button", name="Tag "), card.get_by_role("button", name="Undo")
    yes.first.scroll_into_view_if_needed()
    top = card.bounding_box()
    assert top is not None
    for first, then in ((yes, undo), (undo, yes)):
        first.first.tap()
        expect(then.first).to_be_focused()
        assert card.bounding_box()["y"] == pytest.approx(top["y"], abs=1)  # type: ignore[index]
    for first, then in ((yes, undo), (undo, yes)):
        first.first.press("Enter")
        expect(then.first).to_be_focused()
        expect(then.first).to_be_in_viewport(ratio=1)
    card.get_by_role("button", name="Not ").press("Enter")
    expect(card.get_by_role("button", name="Undo: ")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card.get_by_role("button", name="Not ")).to_be_focused()
    expect(page.locator("#state")).to_have_text("Draft saved")


def test_the_focus_is_never_lost(ada: Callable[..., Page]) -> None:
    page = ada()
    begin_draft(page)
    drop = page.get_by_role("button", name="Drop this box")
    for n in (1, 2):
        page.locator("#draw").press("Enter")
        for _ in range(n):
            page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Enter")
        expect(drop).to_have_count(n)
        expect(page.locator(".item").nth(n - 1)).to_be_focused()
        expect(page.locator(".item").nth(n - 1)).to_be_in_viewport()
    drop.nth(1).press("Enter")
    expect(drop).to_have_count(1)
    expect(page.locator(".item").first).to_be_focused()
    for word in ("red", "green"):
        page.get_by_label("Search the shop in words").fill(word)
        page.locator("#found button").first.click()
    untag = page.locator("[data-key^=untag-]")
    expect(untag).to_have_count(2)
    first, second = untag.nth(0).get_attribute("data-key"), untag.nth(1).get_attribute("data-key")
    untag.nth(0).press("Enter")
    expect(page.locator(f"[data-key='{second}']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(untag).to_have_count(0)
    expect(page.locator("#items :focus, #items:focus-within")).not_to_have_count(0)
    assert first != second
    expect(page.locator("#state")).to_have_text("Draft saved")


def test_changing_what_is_published_says_so(ada: Callable[..., Page], house: House) -> None:
    with client(house.address, house.key) as api:
        post_id = post(api, "Out", {"SH-084": (0.3, 0.5)})
    page = ada("phone")
    page.goto(f"/post/{post_id}")
    ready(page)
    state = page.locator("#state")
    expect(state).to_have_text("Published: changes show at once")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#count")).to_have_text("0 tags")
    expect(state).to_have_text("Published: changes show at once")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("button", name="Delete the post").click()
    assert asked.value.message == "Delete this post for everybody? It cannot be brought back."
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete the post").click()
    page.wait_for_url("**/me")


def test_publishing_without_tags_is_asked_for(ada: Callable[..., Page], house: House) -> None:
    page = ada()
    begin_draft(page)
    post_id = id_of(page)
    publish = page.get_by_role("button", name="Publish")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        publish.click()
    assert asked.value.message.startswith("Nothing is tagged:")
    assert page.request.get(f"/v1/posts/{post_id}").json()["state"] == "draft"
    page.once("dialog", lambda dialog: dialog.accept())
    publish.click()
    page.wait_for_url(f"**/posts/{post_id}")
    with client(house.address, house.key) as api:
        api.delete(f"/v1/posts/{post_id}").raise_for_status()


def test_no_and_back_again(ada: Callable[..., Page]) -> None:
    page = ada()
    begin_draft(page)
    title = page.locator(".front .title").first.inner_text()
    page.get_by_role("button", name=f"Not {title}").click()
    expect(page.locator(".rejected")).to_contain_text(title)
    page.get_by_role("button", name=f"Undo: {title}").click()
    expect(page.locator(".front .title").first).to_have_text(title)
    expect(page.locator("#state")).to_have_text("Draft saved")


@pytest.mark.slow
def test_a_draft_says_why_and_shows_the_same_thing_once(open_page: Open, sharp: House) -> None:
    page = open_page(sharp.address)
    sign_in(page, sharp.key)
    first = draft_of(page, LAMP)[0]["suggestions"][0]
    cards = page.locator(".item")
    reasons = cards.first.locator(".reasons")
    expect(reasons).to_be_hidden()
    cards.first.get_by_text("Why?").click()
    expect(reasons.locator("li")).to_have_text(lines_of(first, "en"))
    # The region below is about the same lamp: a line, with what else it may be folded away.
    same = f"The same as item 1: {first['title']}"
    expect(cards.nth(1)).to_contain_text(same)
    expect(cards.nth(1).locator(".front")).to_have_count(0)
    cards.nth(1).get_by_text("Or one of these").click()
    expect(cards.nth(1).locator(".other").first).to_be_visible()
    page.get_by_role("button", name=f"Tag {first['title']}").first.click()
    expect(cards.nth(1)).to_contain_text(same)
    # The cards were made anew, and what was open is open again.
    expect(reasons).to_be_visible()
    expect(page.locator("#state")).to_have_text("Draft saved")
    with client(sharp.address, sharp.key) as api:  # What was confirmed would teach the other tests.
        api.delete(f"/v1/posts/{id_of(page)}").raise_for_status()


@pytest.mark.slow
def test_a_draft_says_in_italian_why_and_what_has_no_code_in_english(open_page: Open, sharp: House) -> None:
    """Suggestions that were kept before there were codes have words alone."""

    def without_the_first_code(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        told["items"][0]["suggestions"][0]["why"][0]["code"] = None
        route.fulfill(response=answer, json=told)

    page = open_page(sharp.address, "phone", locale="it-IT")
    sign_in(page, sharp.key, "Chiave")
    page.route("**/suggestions", without_the_first_code)
    first = draft_of(page, LAMP)[0]["suggestions"][0]
    page.locator(".item").first.get_by_text("Perché?").click()
    lines = lines_of(first, "it")
    assert any(line.endswith(first["why"][0]["words"]) for line in lines)
    expect(page.locator(".reasons").first.locator("li")).to_have_text(lines)


@pytest.mark.slow
def test_what_one_item_was_tagged_as_says_nothing_of_another(open_page: Open, sharp: House) -> None:
    """Two suitcases: each is less likely the other one, too."""
    page = open_page(sharp.address)
    sign_in(page, sharp.key)
    beige, red = draft_of(page, SUITCASES)[:2]
    mine, other = beige["suggestions"][0], red["suggestions"][0]
    assert mine["product_id"] in [held["product_id"] for held in red["suggestions"][1:]]
    cards = page.locator(".item")
    cards.first.get_by_role("button", name=f"Tag {mine['title']}").click()
    expect(cards.first.locator(".decided")).to_contain_text("Tagged")
    for _ in ("now", "when read again"):
        expect(cards.nth(1).locator(".front .title")).to_have_text(other["title"])
        expect(page.locator(".mark:not(.settled) .badge", has_text="2")).to_have_count(1)
        expect(page.locator("#state")).to_have_text("Draft saved")
        page.reload()
    # What is tagged as an item counts for it, whatever was more likely.
    cards.nth(1).get_by_text("Or one of these").click()
    others = cards.nth(1).locator(".other")
    expect(others.locator("meter")).to_have_count(len(red["suggestions"]) - 1)
    expect(others.locator(".price")).to_have_count(len(red["suggestions"]) - 1)
    third = next(held for held in red["suggestions"][1:] if held["product_id"] != mine["product_id"])
    cards.nth(1).get_by_role("button", name=f"Tag {third['title']}").click()
    expect(cards.nth(1).locator(".is-tagged .title")).to_have_text(third["title"])
    expect(page.locator("#state")).to_have_text("Draft saved")
    with client(sharp.address, sharp.key) as api:  # What was confirmed would teach the other tests.
        api.delete(f"/v1/posts/{id_of(page)}").raise_for_status()


def draft_of(page: Page, photo: Path) -> Any:
    """The items of a new draft."""
    page.goto("/post")
    ready(page)
    with page.expect_response(lambda answer: answer.url.endswith("/suggestions")) as asked:
        page.set_input_files("#file", photo)
    page.locator(".item").first.wait_for()
    return asked.value.json()["items"]


def choose_by_keyboard(page: Page) -> None:
    """Open the file chooser with Enter; a busy browser may not listen yet at the first press."""
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    until(page, lambda: bool(choosers), lambda: page.keyboard.press("Enter"), pause=2000)
    choosers[0].set_files(PHOTO)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse would."""
    for _ in range(80):
        if page.evaluate("(selector) => Boolean(document.activeElement?.matches(selector))", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {selector}")
