"""Screenshots of every page at two sizes, light and dark, of the demo that `make demo SERVE=0` has made.

    make demo SERVE=0
    .venv/bin/python scripts/screenshots.py --demo out/demo --out out/screenshots

Needs Chromium (SPARK_VISION_CHROMIUM, else `chromium` on the path).
"""

import argparse
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from spark_vision.bootstrap.demo_shop import demo_shop
from spark_vision.settings import Settings
from spark_vision_api import create_app

SIZES: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
    "desktop": {"viewport": {"width": 1280, "height": 860}},
}
PRODUCT = "SH-084"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--demo", type=Path, default=Path("out/demo"), help="the demo's folder")
    parser.add_argument("--out", type=Path, default=Path("out/screenshots"), help="where the pictures go")
    parser.add_argument("--only", nargs="*", default=[], help="names of pages")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    key = (options.demo / "key").read_text().strip()
    chromium = os.environ.get("SPARK_VISION_CHROMIUM") or shutil.which("chromium")
    with served(options.demo) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for size in SIZES:
            for scheme in ("light", "dark"):
                shoot(browser, address, key, Shots(options.out, size, scheme, options.only))
        browser.close()


class Shots:
    """Where the pictures of one size and colour scheme go."""

    def __init__(self, folder: Path, size: str, scheme: str, only: list[str]) -> None:
        self.folder, self.size, self.scheme, self.only = folder, size, scheme, only

    def wanted(self, name: str) -> bool:
        return not self.only or name in self.only

    def take(self, page: Page, name: str) -> None:
        page.wait_for_load_state()
        page.wait_for_timeout(700)
        path = self.folder / f"{name}-{self.size}-{self.scheme}.png"
        page.screenshot(path=path)
        print(path)


def shoot(browser: Browser, address: str, key: str, shots: Shots) -> None:
    """All pages, for somebody who is signed in; then the way in."""
    context = browser.new_context(
        base_url=address, locale="en-GB", color_scheme=shots.scheme, **SIZES[shots.size]
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto("/sign-in")
    if shots.wanted("sign-in"):
        shots.take(page, "sign-in")
    page.get_by_label("Key", exact=True).fill(key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    for name, go in VIEWS.items():
        if shots.wanted(name):
            go(page)
            shots.take(page, name)
    context.close()


def feed(page: Page) -> None:
    page.goto("/")
    page.wait_for_selector("html[data-ready=yes]", state="attached")


def point(page: Page) -> None:
    feed(page)
    photo = page.locator(".photo:has(.points a)").first
    if page.viewport_size and page.viewport_size["width"] < 500:
        photo.locator(".open").tap(position={"x": 20, "y": 20})
        photo.locator(".points .hit").first.tap(force=True)
    else:
        photo.hover()
        photo.locator(".points .ring").first.hover()


def bag(page: Page) -> None:
    feed(page)
    page.locator(".bag summary").nth(1).click()


def one_post(page: Page) -> None:
    feed(page)
    page.goto(page.locator(".open").nth(1).get_attribute("href") or "/")


def post(page: Page) -> None:
    """A draft with suggestions at marked items, one of them confirmed; thrown away afterwards by the next."""
    page.goto("/post")
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    page.set_input_files("#file", demo_shop() / "photos" / "0001.jpg")
    page.locator(".item").first.wait_for()
    confirm = page.get_by_role("button", name="Tag ")
    if confirm.count():
        confirm.first.click()
    page.evaluate("scrollTo(0, 0)")


def go(path: str) -> Callable[[Page], None]:
    def view(page: Page) -> None:
        page.goto(path)

    return view


def look(page: Page) -> None:
    page.goto("/look")
    page.set_input_files("#file", demo_shop() / "photos" / "0002.jpg")
    page.locator(".card").first.wait_for()


VIEWS: dict[str, Callable[[Page], None]] = {
    "feed": feed,
    "point": point,
    "bag": bag,
    "one-post": one_post,
    "product": go(f"/products/{PRODUCT}"),
    "new-post": go("/post"),
    "post": post,
    "look": look,
    "me": go("/me"),
    "catalogue": go("/catalogue"),
}


@contextmanager
def served(demo: Path) -> Iterator[str]:
    """The service on the demo's folders, in a thread."""
    app = create_app(Settings(index_dir=demo / "index", data_dir=demo / "data"))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            sleep(0.05)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    main()
