"""Looking a photo up: guesses are shown as guesses, where things were found, why, and the same thing once."""

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import House, Open, Watch, ready
from tests.browser.service import LAMP, PHOTO, lines_of

LEFT = {"x": 0.1, "y": 0.2, "width": 0.4, "height": 0.6}
GUESS = {"reason": "below_threshold", "detail": "Guesses."}


@pytest.mark.slow
def test_guesses_are_shown_as_such_and_found_things_are_marked(open_page: Open, sharp: House) -> None:
    page = open_page(sharp.address)
    items = look_up(page)
    sections = page.locator(".item")
    expect(sections).to_have_count(len(items))
    found = [item for item in items if item["source"] == "found"]
    assert found
    assert any(item["no_match"] and item["suggestions"] for item in items)
    expect(page.locator(".mark .badge")).to_have_text([str(number + 1) for number in range(len(found))])
    for number, item in enumerate(items):
        section = sections.nth(number)
        echo = section.get_by_text("The same as item").count()
        expect(section.locator(".card")).to_have_count(len(item["suggestions"]) - echo)
        guessed = bool(item["no_match"] and item["suggestions"]) and not echo
        expect(section.get_by_text("Not sure.")).to_have_count(int(guessed))
    draw_over_all(page)
    expect(page.get_by_role("button", name="Remove item 1")).to_be_visible()
    expect(sections).to_have_count(2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "locale", "label"), [("desktop", "en-GB", "Why?"), ("phone", "it-IT", "Perché?")]
)
def test_the_first_card_of_each_item_says_why(
    open_page: Open, sharp: House, watches: list[Watch], size: str, locale: str, label: str
) -> None:
    page = open_page(sharp.address, size, locale=locale)
    first = look_up(page)[0]["suggestions"][0]
    section = page.locator(".item").first
    folded = section.get_by_text(label)
    expect(folded).to_have_count(1)
    expect(section.locator(".reasons")).to_be_hidden()
    assert not section.locator("a details").count()
    folded.click()
    expect(section.locator(".reasons li")).to_have_text(lines_of(first, locale[:2]))
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    # What axe itself does is against our policy, and in the console.
    watches[0].wrong[:] = [wrong for wrong in watches[0].wrong if not wrong.startswith("console:")]


@pytest.mark.slow
def test_the_whole_photo_does_not_repeat_what_was_found_in_it(open_page: Open, sharp: House) -> None:
    page = open_page(sharp.address)
    items = look_up(page)
    first, last = (items[number]["suggestions"] for number in (0, -1))
    assert first[0]["product_id"] == last[0]["product_id"]
    section = page.locator(".item").last
    expect(section.get_by_text(f"The same as item 1: {first[0]['title']}")).to_be_visible()
    expect(section.locator(".card").first).to_be_hidden()
    section.get_by_text(f"Or one of these {len(last) - 1}").click()
    expect(section.locator(".card .title")).to_have_text([held["title"] for held in last[1:]])


def test_what_overlaps_an_echo_alone_is_shown(open_page: Open, house: House) -> None:
    page = open_page(house.address)
    answers(page, *(made_up(box={**LEFT, "x": x}) for x in (0.1, 0.25, 0.4)))
    sections = page.locator(".item")
    expect(sections).to_have_count(3)
    expect(sections.nth(1).get_by_text("The same as item 1")).to_be_visible()
    expect(sections.nth(2).locator(".card").first).to_be_visible()


def test_a_guess_is_called_no_more_than_perhaps(open_page: Open, house: House) -> None:
    page = open_page(house.address)
    answers(page, made_up(), made_up(box={**LEFT, "x": 0.55}, no_match=GUESS))
    said = page.locator(".item .card:first-child .gauge p")
    expect(said.nth(0)).to_have_text("Probably80 %")
    expect(page.get_by_text("Not sure.")).to_have_count(1)
    expect(page.locator(".item").nth(1).locator(".gauge p").first).to_have_text("Perhaps80 %")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_numbers_do_not_cover_each_other(open_page: Open, house: House, size: str) -> None:
    page = open_page(house.address, size)
    corners = [(0.1, 0.2), (0.1, 0.21), (0.12, 0.2), (0.9, 0.2), (0.9, 0.2)]
    answers(page, *(made_up(box={"x": x, "y": y, "width": 0.1, "height": 0.3}) for x, y in corners))
    expect(page.locator(".mark .badge")).to_have_text(["1", "2", "3", "4", "5"])
    frame = page.locator("#frame").bounding_box()
    assert frame is not None
    places = [badge.bounding_box() for badge in page.locator(".mark .badge").all()]
    boxes = [(one["x"], one["y"], one["width"], one["height"]) for one in places if one]
    for number, (x, y, width, height) in enumerate(boxes):
        assert x + width <= frame["x"] + frame["width"]
        assert all(abs(x - left) >= width or abs(y - top) >= height for left, top, _, _ in boxes[:number])


def test_what_is_found_by_words_is_not_marked_in_the_photo(open_page: Open, house: House) -> None:
    page = open_page(house.address)
    answers(page, made_up(), made_up(box={**LEFT, "x": 0.55}))
    numbers = page.locator(".mark .badge")
    expect(numbers).to_have_count(2)
    words = page.get_by_label("Search in words")
    words.fill("green")
    words.press("Enter")
    expect(page.get_by_role("heading", name="“green”")).to_be_visible()
    expect(numbers).to_have_count(0)
    words.fill("")
    words.press("Enter")
    expect(numbers).to_have_count(2)


def test_items_without_suggestions_are_no_echoes(open_page: Open, house: House) -> None:
    page = open_page(house.address)
    nothing = {"reason": "nothing_alike", "detail": "Nothing."}
    answers(page, *(made_up(products=(), no_match=nothing) for _ in range(2)))
    expect(page.get_by_text("Nothing in this shop looks like this.")).to_have_count(2)


@pytest.mark.parametrize(
    ("above", "item", "same"),
    [
        ({}, {"box": {**LEFT, "x": 0.25}}, True),
        ({}, {"box": {**LEFT, "x": 0.2, "y": 0.5, "width": 0.1, "height": 0.1}}, True),
        ({}, {"box": None}, True),
        ({}, {"box": {**LEFT, "x": 0.45}}, False),
        ({"no_match": GUESS}, {"box": None}, False),
        ({"no_match": GUESS}, {"box": None, "no_match": GUESS}, True),
        ({}, {"box": None, "products": ("SH-067", "SH-084")}, False),
    ],
    ids=["overlaps", "is inside", "holds it", "only touches", "is surer", "is no surer", "is another thing"],
)
def test_the_same_thing_is_shown_once(
    open_page: Open, house: House, above: dict[str, Any], item: dict[str, Any], same: bool
) -> None:
    page = open_page(house.address)
    answers(page, made_up(**above), made_up(**item))
    sections = page.locator(".item")
    expect(sections).to_have_count(2)
    expect(sections.first.locator(".card").first).to_be_visible()
    expect(sections.last.get_by_text("The same as item 1: Title of SH-084")).to_have_count(int(same))
    expect(sections.last.locator(".card").first).to_be_visible(visible=not same)


def test_where_a_similarity_comes_from_is_neither_for_nor_against(open_page: Open, house: House) -> None:
    told = {"code": "poster_confirmed", "words": "like a photo that a poster confirmed", "effect": 0.0}
    page = open_page(house.address)
    answers(page, made_up(why=[told]))
    page.get_by_text("Why?").click()
    expect(page.locator(".reasons li")).to_have_text(
        ["≈Similarity 0.90", "·Like a photo that a poster confirmed"]
    )


def test_where_nothing_moved_the_probability_nothing_is_said(open_page: Open, house: House) -> None:
    page = open_page(house.address)
    answers(page, made_up(why=[]))
    expect(page.locator(".card")).to_have_count(2)
    expect(page.get_by_text("Why?")).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "code", "english", "italian"),
    [
        (413, "body-too-large", "This file is too large.", "Questo file è troppo grande."),
        (
            503,
            "index-not-found",
            "There are no products to look in yet.",
            "Non ci sono ancora prodotti in cui cercare.",
        ),
        (
            503,
            "model",
            "Something does not work here just now. Try again in a moment.",
            "Qualcosa qui non funziona in questo momento. Riprova tra poco.",
        ),
        (422, "new-here", "As programs are told.", "As programs are told."),
    ],
)
@pytest.mark.parametrize("locale", ["en-GB", "it-IT"])
def test_problems_are_said_in_the_language_of_the_page(
    open_page: Open,
    house: House,
    watches: list[Watch],
    status: int,
    code: str,
    english: str,
    italian: str,
    locale: str,
) -> None:
    problem = {"type": f"/problems/{code}", "detail": "As programs are told."}
    page = open_page(house.address, locale=locale)
    page.route("**/v1/search/photo**", lambda route: route.fulfill(status=status, json=problem))
    page.goto("/look")
    ready(page)
    page.set_input_files("#file", PHOTO)
    expect(page.locator("#results [role=alert] p").first).to_have_text(
        english if locale == "en-GB" else italian
    )
    watches[0].wrong.clear()


def look_up(page: Page) -> Any:
    """The items of an answer, which the page shows."""
    page.goto("/look")
    ready(page)
    with page.expect_response(lambda answer: "/v1/search/photo" in answer.url) as asked:
        page.set_input_files("#file", LAMP)
    page.locator(".item").first.wait_for()
    return asked.value.json()["items"]


def made_up(
    box: dict[str, float] | None = LEFT,
    no_match: dict[str, str] | None = None,
    products: tuple[str, ...] = ("SH-084", "SH-067"),
    why: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """An item as the service tells it."""
    reasons = [{"code": "closest", "words": "the closest product", "effect": 1.5}] if why is None else why
    suggestions = [
        {
            "product_id": product_id,
            "title": f"Title of {product_id}",
            "probability": 0.8,
            "similarity": 0.9,
            "reference_image": "",
            "variants": [],
            "why": reasons,
        }
        for product_id in products
    ]
    source = "found" if box else "photo"
    return {
        "box": box,
        "source": source,
        "calibrated": True,
        "suggestions": suggestions,
        "no_match": no_match,
    }


def answers(page: Page, *items: dict[str, Any]) -> None:
    """Look a photo up, and be told these items."""
    card = {"price": None, "availability": "in_stock", "link": ""}
    body = {"index_version": "", "items": items, "products": dict.fromkeys(("SH-084", "SH-067"), card)}
    page.route(
        "**/v1/search/photo**",
        lambda route: route.fulfill(body=json.dumps(body), content_type="application/json"),
    )
    page.goto("/look")
    ready(page)
    page.set_input_files("#file", PHOTO)


def draw_over_all(page: Page) -> None:
    """Mark nearly the whole photo: then that alone is looked up, and nothing more is looked for."""
    page.get_by_role("button", name="Mark an item").click()
    box = page.locator("#frame").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] - 20, steps=5)
    page.mouse.up()
