"""Ways to the pages that `screenshots.py` takes pictures of."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from spark_vision.demo.shop_folder import demo_shop

View = Callable[[Page], None]
PRODUCT = "SH-084"
_FEW = 8


def small_shop(folder: Path) -> Path:
    """Feeds with what the catalogue team finds in feeds: one product twice under two names, a picture that is
    missing, a row without an id. `shop.csv` and, for a run to watch, the whole shop as `autumn.csv`.
    """
    shutil.copytree(demo_shop() / "images", folder / "images")
    with (demo_shop() / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    _write(folder / "autumn.csv", [{**row, "title": f"{row['title']}, Autumn"} for row in rows])
    few = rows[:_FEW]
    twins = [_twin(folder, row) for row in few[:2]]
    bad = [{**few[0], "id": "SH-900", "image_link": "images/none.jpg"}, {**few[1], "id": ""}]
    _write(folder / "shop.csv", [*few, *twins, *bad])
    return folder


def _twin(folder: Path, row: dict[str, str]) -> dict[str, str]:
    """The product again, with its picture saved anew."""
    picture = f"images/twin-{row['id']}.jpg"
    with Image.open(folder / row["image_link"]) as image:
        image.convert("RGB").save(folder / picture, quality=70)
    title = f"{row['title']} (new)"
    return {**row, "id": f"{row['id']}-B", "title": title, "image_link": picture, "additional_image_link": ""}


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def go(path: str) -> View:
    def view(page: Page) -> None:
        page.goto(path)

    return view


def _ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready=yes]", state="attached")


# --- Before there is anything ---


def first_key(page: Page) -> None:
    page.locator("input[name=name]").fill("Ada")
    page.keyboard.press("Enter")
    page.locator("#key").wait_for()


def start_going(page: Page) -> None:
    page.goto("/start")
    page.locator("form[action='/start/demo'] button").click()
    page.locator("#start progress").wait_for()


def start_ready(page: Page) -> None:
    page.locator("#start a[href='/post']").wait_for()


FIRST_RUN: dict[str, View] = {
    "welcome": go("/welcome"),
    "first-key": first_key,
    "start": go("/start"),
    "no-catalogue": go("/catalogue"),
    "no-posts": go("/"),
    "me-empty": go("/me"),
    "start-going": start_going,
    "start-ready": start_ready,
}


# --- For everybody ---


def feed(page: Page) -> None:
    page.goto("/")
    _ready(page)


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
    page.locator(".bag[open]").evaluate("(bag) => bag.closest('.post').scrollIntoView({ block: 'center' })")


def one_post(page: Page) -> None:
    feed(page)
    page.goto(page.locator(".open").nth(1).get_attribute("href") or "/")


def person(page: Page) -> None:
    feed(page)
    page.goto(page.locator(".by a").first.get_attribute("href") or "/")


def look(page: Page) -> None:
    page.goto("/look")
    _ready(page)
    page.set_input_files("#file", demo_shop() / "photos" / "0002.jpg")
    page.locator(".card").first.wait_for()


def look_words(page: Page) -> None:
    page.goto("/look")
    _ready(page)
    page.locator("#words input").fill("green lamp")
    page.keyboard.press("Enter")
    page.locator(".card").first.wait_for()


SIGNED_OUT: dict[str, View] = {
    "sign-in": go("/sign-in"),
    "nothing-here": go("/no-such-page"),
    "feed": feed,
    "point": point,
    "bag": bag,
    "one-post": one_post,
    "person": person,
    "product": go(f"/products/{PRODUCT}"),
    "look-empty": go("/look"),
    "look": look,
    "look-words": look_words,
}


# --- For those who are signed in ---


def sign_in(page: Page, key: str) -> None:
    page.goto("/sign-in")
    page.locator("input[name=key]").fill(key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


def post(page: Page) -> None:
    """A draft with suggestions, one of them confirmed."""
    page.goto("/post")
    _ready(page)
    page.set_input_files("#file", demo_shop() / "photos" / "0001.jpg")
    page.locator(".item").first.wait_for()
    confirm = page.locator("[data-key^=yes-]")
    if confirm.count():
        confirm.first.click()
    page.evaluate("scrollTo(0, 0)")


def post_words(page: Page) -> None:
    """The same draft, looked through by words."""
    page.locator("#words input").fill("vase")
    page.locator("#found .other").first.wait_for()
    page.locator("#words").scroll_into_view_if_needed()


def post_end(page: Page) -> None:
    page.locator("#words input").fill("")
    page.locator("#found .other").first.wait_for(state="detached")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")


def import_running(page: Page) -> None:
    _import(page, "autumn.csv")
    page.locator("#import progress").wait_for()


def import_report(page: Page) -> None:
    page.locator("#import .figures").wait_for()  # The run before has ended.
    _import(page, "shop.csv")
    page.locator("#import .figures").wait_for()


def _import(page: Page, path: str) -> None:
    page.goto("/catalogue")
    _ready(page)
    made = page.evaluate(
        """async (path) => {
          const token = document.querySelector("meta[name=csrf-token]").content;
          const headers = { "Content-Type": "application/json", "X-CSRF-Token": token };
          const body = JSON.stringify({ path, live: false });
          return (await (await fetch("/v1/catalogue/imports", { method: "POST", body, headers })).json()).id;
        }""",
        path,
    )
    page.goto(f"/catalogue/imports/{made}")


SIGNED_IN: dict[str, View] = {
    "new-post": go("/post"),
    "post": post,
    "post-words": post_words,
    "post-end": post_end,
    "me": go("/me"),
    "import-running": import_running,
    "import-report": import_report,
    "catalogue": go("/catalogue"),
}
