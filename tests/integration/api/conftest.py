"""A small shop of plain colours, indexed with the fake encoder, and the service on it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision_api import create_app
from tests.integration.api.pictures import COLOURS

FEED = """id,title,description,link,image_link,product_type,price,brand,availability,color
red-mug,Red mug,A mug.,https://shop.example/red-mug,red.png,Kitchen > Mugs,12.50 EUR,Rosso,in_stock,red
green-mug,Green mug,Another mug.,,green.png,Kitchen > Mugs,,,out_of_stock,green
kitchen/blue mug,<b>Blue</b> mug,,javascript:alert(1),blue.png,Kitchen > Mugs,9.00 EUR,,in_stock,blue/white
"""

Start = Callable[..., TestClient]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A feed of three mugs; the red one's picture is a photo that tells where it was taken."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for name, colour in COLOURS.items():
        image = Image.new("RGB", (600, 400), colour)
        exif = Image.Exif()
        exif[0x010E] = "secret place"
        image.save(folder / f"{name}.png", exif=exif)
    path = folder / "catalogue.csv"
    path.write_text(FEED)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        index_dir=tmp_path / "index",
        data_dir=tmp_path / "data",
        model="fake",
        concurrent_lookups=2,
        waiting_lookups=2,
        max_picture_bytes=200_000,
    )


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Starts services that end with the test."""
    with ExitStack() as stack:

        def make(given: Settings = settings, address: str = "testclient", **options: Any) -> TestClient:
            app = create_app(given, **{"watch_seconds": 0.02, **options})
            return stack.enter_context(TestClient(app, client=(address, 50000)))

        yield make


@pytest.fixture
def client(settings: Settings, feed: Path, start: Start) -> TestClient:
    """The service with the three mugs live."""
    build_index(settings, str(feed))
    return start()
