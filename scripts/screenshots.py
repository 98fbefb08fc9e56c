"""Screenshots of every page at two sizes, light and dark, of the demo that `make demo SERVE=0` has made.

    make demo SERVE=0
    .venv/bin/python scripts/screenshots.py --demo out/demo --out out/screenshots

They are taken of a copy, so that nothing is left behind in the demo. Needs Chromium (SPARK_VISION_CHROMIUM,
else `chromium` on the path).
"""

import argparse
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import sleep
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from screenshot_views import FIRST_RUN, SIGNED_IN, SIGNED_OUT, View, sign_in, small_shop

from spark_vision.app.settings import Settings
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
LOCALES = {"en": "en-GB", "it": "it-IT"}
# Pictures in sight have come; what is folded away never does, so that nothing is waited for too long.
_SETTLED = """() => Promise.race([new Promise((done) => setTimeout(done, 3000)),
  Promise.all([...document.images].filter((image) => image.checkVisibility({ contentVisibilityAuto: true })
    && image.getBoundingClientRect().top < innerHeight).map((image) => image.decode().catch(() => {})))])"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--demo", type=Path, default=Path("out/demo"), help="the demo's folder")
    parser.add_argument("--out", type=Path, default=Path("out/screenshots"), help="where the pictures go")
    parser.add_argument("--only", nargs="*", default=[], help="names of pages")
    parser.add_argument("--sizes", nargs="*", default=list(SIZES), choices=SIZES)
    parser.add_argument("--schemes", nargs="*", default=["light", "dark"], choices=["light", "dark"])
    parser.add_argument("--language", default="en", choices=LOCALES)
    parser.add_argument("--whole", action="store_true", help="pages in their whole length")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("SPARK_VISION_CHROMIUM") or shutil.which("chromium")
    with ExitStack() as stack:
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        stack.callback(browser.close)
        for size in options.sizes:
            for scheme in options.schemes:
                shoot(browser, options, size, scheme)


class Shots:
    """Takes the pictures of one size and colour scheme."""

    def __init__(self, options: argparse.Namespace, size: str, scheme: str) -> None:
        self.options, self.size, self.scheme = options, size, scheme

    def wanted(self, views: dict[str, View]) -> dict[str, View]:
        return {
            name: view for name, view in views.items() if not self.options.only or name in self.options.only
        }

    def page(self, browser: Browser, address: str) -> Page:
        context = browser.new_context(
            base_url=address,
            locale=LOCALES[self.options.language],
            color_scheme=self.scheme,
            **SIZES[self.size],
        )
        context.set_default_timeout(120_000)
        return context.new_page()

    def take_all(self, page: Page, views: dict[str, View]) -> None:
        for name, view in views.items():
            view(page)
            page.wait_for_load_state()
            page.evaluate(_SETTLED)
            page.wait_for_timeout(400)
            path = self.options.out / f"{name}-{self.size}-{self.scheme}.png"
            page.screenshot(path=path, full_page=self.options.whole)
            print(path, flush=True)


def shoot(browser: Browser, options: argparse.Namespace, size: str, scheme: str) -> None:
    """All pages of one size and scheme: the first run of an empty folder, then a copy of the demo."""
    shots = Shots(options, size, scheme)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        first_run = shots.wanted(FIRST_RUN)
        if first_run:
            # Empty but for the embeddings: what is encoded already comes in quickly.
            shutil.copytree(options.demo / "index" / "cache", folder / "empty" / "index" / "cache")
            with served(folder / "empty") as address:
                page = shots.page(browser, address)
                # Each goes on from the one before.
                shots.take_all(page, FIRST_RUN if options.only else first_run)
                page.context.close()
        for part in ("index", "data"):
            shutil.copytree(options.demo / part, folder / "demo" / part)
        with served(folder / "demo", import_folder=small_shop(folder / "shop")) as address:
            page = shots.page(browser, address)
            shots.take_all(page, shots.wanted(SIGNED_OUT))
            sign_in(page, (options.demo / "key").read_text().strip())
            shots.take_all(page, shots.wanted(SIGNED_IN))
            page.context.close()


@contextmanager
def served(folder: Path, **more: Any) -> Iterator[str]:
    """The service on a folder, in a thread."""
    app = create_app(Settings(index_dir=folder / "index", data_dir=folder / "data", **more))
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
