"""What axe finds, on every page at both sizes, in both colour schemes and both languages: nothing."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import House, Watch
from tests.browser.service import PHOTO
from tests.browser.test_end_to_end import reveal

PAGES = ["/", "/look", "/me", "/catalogue", "/products/SH-084", "/start", "/post"]


@pytest.mark.parametrize(
    ("size", "scheme", "language"),
    [("phone", "light", "English"), ("desktop", "dark", "English"), ("phone", "dark", "Italiano")],
)
def test_axe_finds_no_violation(
    ada: Callable[..., Page], house: House, watches: list[Watch], size: str, scheme: str, language: str
) -> None:
    page = ada(size, color_scheme=scheme)
    if language != "English":
        page.get_by_role("button", name=language).click()
        page.get_by_role("button", name="English").wait_for()
    for path in [*PAGES, f"/posts/{house.posts[0]}"]:
        page.goto(path)
        page.wait_for_load_state()
        if path == "/":
            page.locator(".bag summary").first.click()
        if path == "/post":
            page.set_input_files("#file", PHOTO)
            reveal(page)
            page.get_by_role("button", name=re.compile("^(Tag|Tagga) ")).first.click()
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
    page.get_by_role("button", name=re.compile("^(Sign out|Esci)$")).click()
    page.goto("/sign-in")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    # axe writes styles inline and fetches ours to read them, which our policy stops; the other tests watch
    # the console of the same pages without axe.
    watches[0].wrong[:] = [wrong for wrong in watches[0].wrong if not wrong.startswith("console:")]
