"""Looking a photo up: guesses are shown as guesses, and where things were found."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from spark_vision.bootstrap.demo_shop import demo_shop

from .conftest import Open
from .service import furnish, served, settings_in

PHOTO = demo_shop() / "photos" / "0002.jpg"  # a lamp and a candle, of which only one is sure


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A service with the bundled model, since the encoder without weights finds and knows nothing."""
    settings = settings_in(tmp_path, model="spark-mini")
    furnish(settings)
    with served(settings) as place:
        yield place


@pytest.mark.slow
def test_guesses_are_shown_as_such_and_found_things_are_marked(open_page: Open, address: str) -> None:
    page = open_page(address)
    page.goto("/look")
    with page.expect_response(lambda answer: "/v1/search/photo" in answer.url) as asked:
        page.set_input_files("#file", PHOTO)
    items = asked.value.json()["items"]
    sections = page.locator(".item")
    expect(sections).to_have_count(len(items))
    found = [item for item in items if item["source"] == "found"]
    assert found
    assert any(item["no_match"] and item["suggestions"] for item in items)
    expect(page.locator(".mark .badge")).to_have_text([str(number + 1) for number in range(len(found))])
    for number, item in enumerate(items):
        expect(sections.nth(number).locator(".card")).to_have_count(len(item["suggestions"]))
        guessed = bool(item["no_match"] and item["suggestions"])
        expect(sections.nth(number).get_by_text("Not sure.")).to_have_count(int(guessed))
    draw_over_all(page)
    expect(page.get_by_role("button", name="Remove item 1")).to_be_visible()
    expect(sections).to_have_count(2)


def draw_over_all(page: Page) -> None:
    """Mark nearly the whole photo: then that alone is looked up, and nothing more is looked for."""
    page.get_by_role("button", name="Mark an item").click()
    box = page.locator("#frame").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] - 20, steps=5)
    page.mouse.up()
