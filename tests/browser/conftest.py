"""A real Chromium at the size of a phone and of a desk, and services for it to look at."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from spark_vision.core.account import Role
from tests.browser.service import account, client, furnish, post, served, settings_in

SIZES: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
    "desktop": {"viewport": {"width": 1280, "height": 860}},
}
# The demo shop's product pages; a browser that is sent there is stopped at the door.
SHOP = "https://shop.example/"
POSTS = 15
# A busy machine is no failure: what is waited for comes, however long it takes.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class House:
    """A service with the demo shop, an admin and some posts (newest first). poster: another account's key."""

    address: str
    key: str
    posts: tuple[str, ...]
    poster: str = ""


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Where the browser is; without one a test is skipped, unless SPARK_VISION_REQUIRE names `browser`."""
    path = os.environ.get("SPARK_VISION_CHROMIUM") or shutil.which("chromium")
    if path is None:
        word = "there is no Chromium here; install it, or say where it is with SPARK_VISION_CHROMIUM"
        if "browser" in os.environ.get("SPARK_VISION_REQUIRE", "").split(","):
            pytest.fail(word)
        pytest.skip(word)
    return {"executable_path": path, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One service for all tests that do not begin with an empty folder."""
    settings = settings_in(tmp_path_factory.mktemp("house"))
    key, poster = furnish(settings), account(settings, "Ben", Role.POSTER)
    with served(settings) as address, client(address, key) as api:
        tags = {"SH-084": (0.32, 0.53), "SH-067": (0.15, 0.4), "SH-048": (0.72, 0.57)}
        posts = [post(api, f"Photo {number}", tags) for number in range(POSTS)]
        yield House(address, key, tuple(reversed(posts)), poster)


@pytest.fixture(scope="session")
def sharp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service with the bundled model, since the encoder without weights finds and knows nothing."""
    settings = settings_in(tmp_path_factory.mktemp("sharp"), model="spark-mini")
    key = furnish(settings)
    with served(settings) as address:
        yield House(address, key, ())


class Watch:
    """What a page did that it must not: console errors, failures, requests to anywhere but the service."""

    def __init__(self, address: str, more: tuple[str, ...] = ()) -> None:
        self._addresses = (address, *more)
        self.wrong: list[str] = []
        self.shop: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.wrong.append(str(error.error)))
        context.on("request", self._request)
        context.route(f"{SHOP}**", lambda route: route.fulfill(body="the shop"))

    def forgive(self, *words: str) -> None:
        """All that went wrong has one of these words in it, as was meant: it no longer counts."""
        assert all(any(word in wrong for word in words) for wrong in self.wrong)
        self.wrong.clear()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console: {message.text} {message.location.get('url', '')}")

    def _request(self, request: Request) -> None:
        if request.url.startswith(SHOP):
            self.shop.append(request.url)
        elif not request.url.startswith((*self._addresses, "blob:", "data:")):
            self.wrong.append(f"request: {request.url}")


Open = Callable[..., Page]


@pytest.fixture
def watches() -> list[Watch]:
    return []


@pytest.fixture
def open_page(browser: Browser, watches: list[Watch]) -> Iterator[Open]:
    """Opens browsers of their own on a service; at the end nothing may have gone wrong in any.

    beside: other addresses that it may go to.
    """
    with ExitStack() as stack:

        def make(address: str, size: str = "desktop", beside: tuple[str, ...] = (), **more: Any) -> Page:
            context = browser.new_context(base_url=address, **{"locale": "en-GB", **SIZES[size], **more})
            context.set_default_timeout(PATIENCE)
            stack.callback(context.close)
            watch = Watch(address, beside)
            watch.over(context)
            watches.append(watch)
            return context.new_page()

        yield make
    for watch in watches:
        assert sorted(set(watch.wrong)) == []


@pytest.fixture
def ada(open_page: Open, house: House) -> Callable[..., Page]:
    """Opens a browser that is signed in."""

    def make(size: str = "desktop", **more: Any) -> Page:
        page = open_page(house.address, size, **more)
        sign_in(page, house.key)
        return page

    return make


def sign_in(page: Page, key: str, label: str = "Key") -> None:
    page.goto("/sign-in")
    page.get_by_label(label, exact=True).fill(key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


def ready(page: Page) -> None:
    """Wait until the page's module has set all up."""
    page.wait_for_selector("html[data-ready=yes]", state="attached")


def id_of(page: Page) -> str:
    """The post of a page, by its address."""
    return page.url.rstrip("/").rpartition("/")[2]


def until(page: Page, done: Callable[[], bool], again: Callable[[], object], pause: int = 200) -> None:
    """Do something again and again until it has come about; Playwright's own waiting needs eval, which our
    policy forbids.
    """
    for _ in range(PATIENCE // pause):
        if done():
            return
        again()
        page.wait_for_timeout(pause)
    raise AssertionError("it does not come about")
