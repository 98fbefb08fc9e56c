"""The service in a thread of its own, on a port of its own, as browsers find it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import httpx2
import uvicorn

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.app.store import migrate_store, open_store
from spark_vision.core.account import Role
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.social.accounts import add_account
from spark_vision_api import create_app
from spark_vision_api.web.language import words

PHOTO = demo_shop() / "photos" / "0001.jpg"
LAMP = demo_shop() / "photos" / "0002.jpg"  # with a candle; the lamp is found twice, and not all is sure
SUITCASES = demo_shop() / "photos" / "0118.jpg"  # a beige and a red one


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of a service with these settings; it ends with the block."""
    app = create_app(settings, watch_seconds=0.1)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def settings_in(folder: Path, model: str = "fake", **more: Any) -> Settings:
    """Settings with all folders in one, and unless said otherwise the encoder without weights."""
    return Settings(
        index_dir=folder / "index",
        data_dir=folder / "data",
        model=model,
        commission_rates={"": 1000},
        click_parameter="click",
        **more,
    )


def furnish(settings: Settings) -> str:
    """The demo shop indexed, and an admin; the admin's key."""
    build_index(settings, str(demo_shop()))
    store = open_store(settings)
    migrate_store(settings, store)
    store.close()
    return account(settings, "Ada", Role.ADMIN)


def account(settings: Settings, name: str, role: Role) -> str:
    """One account more; its key."""
    store = open_store(settings)
    try:
        return add_account(store, name, role, datetime.now(UTC)).secret
    finally:
        store.close()


def lines_of(held: dict[str, Any], language: str) -> list[str]:
    """What the pages say of a suggestion under "Why?", signs and what is read out in their place included."""
    t = words(language)
    good, bad = {"en": ("For it:", "Against it:"), "it": ("A favore:", "Contro:")}[language]

    def line(one: dict[str, Any]) -> str:
        sign = f"+{good} " if one["effect"] > 0 else f"−{bad} " if one["effect"] < 0 else "·"
        return sign + t.known(f"reason.{one['code']}", one["words"])

    figure = f"{held['similarity']:.2f}"
    similar = {"en": f"≈Similarity {figure}", "it": f"≈Somiglianza {figure.replace('.', ',')}"}
    moved = [line(one) for one in held["why"] if one["effect"]]
    return [*moved, similar[language], *(line(one) for one in held["why"] if not one["effect"])]


def client(address: str, key: str) -> httpx2.Client:
    """A client of the API with a key."""
    return httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60)


def post(api: httpx2.Client, caption: str, tags: dict[str, tuple[float, float]]) -> str:
    """Publish the photo with tags by hand; the post's id."""
    made = api.post("/v1/posts", files={"photo": ("p.jpg", PHOTO.read_bytes())}, data={"caption": caption})
    assert made.status_code == 201, made.text
    post_id: str = made.json()["id"]
    for product_id, (x, y) in tags.items():
        api.put(f"/v1/posts/{post_id}/tags/{product_id}", json={"x": x, "y": y}).raise_for_status()
    api.post(f"/v1/posts/{post_id}/publish").raise_for_status()
    return post_id
