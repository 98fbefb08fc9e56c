"""A picture host's bad hour: what was fetched before stays; what the host has given up goes in the end."""

import csv
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from spark_vision.catalogue.fetched import FetchedStore
from spark_vision.catalogue.http import FetchLimits, HttpPictures
from spark_vision.catalogue.pictures import FeedPictures
from spark_vision.catalogue.read import open_source
from spark_vision.core.errors import PictureUnreachableError
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.build import BuildInput, BuildReport, update_version
from spark_vision.index.build_steps import VersionPolicy
from spark_vision.index.encode import FETCHED_PICTURE, KEPT_PICTURE
from spark_vision.index.existing_products import iter_existing_products
from spark_vision.index.versions import VersionStore
from tests.fakes import BrokenOffError, FailingEncoder, encoded, noise
from tests.picture_host import LOOPBACK, Answer, Server, answer, serving

PRODUCTS = 8
QUICK = FetchLimits(seconds=5, connect_seconds=2, attempts=2, backoff=0.01)


@dataclass
class Shop:
    """A feed whose pictures lie on a host, and the index made of it."""

    folder: Path
    host: Server
    store: VersionStore

    def path(self, number: int) -> str:
        return f"/{number}.png"

    def answers(self, *numbers: int, reply: Answer | None = None) -> None:
        for number in numbers or range(PRODUCTS):
            picture = answer(200, encoded(noise(number)), Content_Type="image/png")
            self.host.answers[self.path(number)] = [reply or picture]

    def update(
        self, price: str = "9.00 EUR", suffix: str = "", encoder: FakeEncoder | None = None
    ) -> BuildReport:
        feed = self.folder / "feed.csv"
        with feed.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "title", "image_link", "price"])
            for number in range(PRODUCTS):
                writer.writerow([f"p{number}", "mug", self.host.url(self.path(number)) + suffix, price])
        source = open_source(str(feed))
        addresses = HttpPictures(FetchedStore(self.store.cache / "fetched"), fetch=QUICK, networks=LOOPBACK)
        with closing(addresses):
            pictures = FeedPictures(source.pictures(), addresses)
            rules = VersionPolicy(gone_runs=3)
            given = BuildInput(str(feed), source.rows(), pictures, encoder or FakeEncoder(), rules=rules)
            return update_version(self.store, given)

    def products(self) -> list[str]:
        folder = self.store.folder(self.store.live())
        return [product.id for product in iter_existing_products(folder)]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with serving() as host:
        shop = Shop(tmp_path, host, VersionStore(tmp_path / "index"))
        shop.answers()
        assert shop.update().outcome == "published"
        yield shop


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


HTML = b"<html>We are moving servers. Come back soon.</html>"
BAD_HOURS = {
    "no answer": hang_up,
    "503": answer(503),
    "500": answer(500),
    "429": answer(429, Retry_After="0"),
    "520": answer(520),
    "cut off": answer(200, b"\x89PNG\r\n", Content_Length="5000", Connection="close"),
    "no picture": answer(200, HTML, Content_Type="text/html"),
    "empty": answer(200),
    "forbidden": answer(403),
    "404": answer(404),
}


@pytest.mark.parametrize("trouble", BAD_HOURS)
def test_pictures_stay_and_the_feeds_prices_go_live(shop: Shop, trouble: str) -> None:
    shop.answers(reply=BAD_HOURS[trouble])
    report = shop.update(price="8.00 EUR")
    assert report.outcome == "published"
    assert shop.products() == [f"p{number}" for number in range(PRODUCTS)]
    assert {str(shop.store.load().product("p3").price)} == {"8.00 EUR"}
    warnings = [issue for issue in report.issues if issue.severity == "warning"]
    assert [KEPT_PICTURE in issue.reason for issue in warnings] == [True] * PRODUCTS
    assert report.counts()["refused"] == 0

    shop.answers()
    assert shop.update(price="8.00 EUR").counts()["warnings"] == 0


def test_pictures_stay_even_without_caches(shop: Shop) -> None:
    shutil.rmtree(shop.store.cache)
    shop.answers(reply=answer(503))
    assert shop.update(price="8.00 EUR").outcome == "published"
    assert len(shop.products()) == PRODUCTS


def test_a_picture_that_is_gone_is_removed_after_three_runs(shop: Shop) -> None:
    shop.answers(2, reply=answer(404))
    for run in range(2):
        shop.update(price=f"{run + 1}.00 EUR")
        assert "p2" in shop.products()
    report = shop.update(price="4.00 EUR")
    assert "p2" not in shop.products()
    assert report.counts()["removed"] == 1


def test_a_picture_that_comes_back_is_counted_from_the_start(shop: Shop) -> None:
    for run in range(5):
        shop.answers(2, reply=answer(410) if run != 2 else None)
        shop.update(price=f"{run + 1}.00 EUR")
    assert "p2" in shop.products()


def test_a_host_in_trouble_removes_nothing_however_long(shop: Shop) -> None:
    shop.answers(reply=answer(503))
    for run in range(5):
        shop.update(price=f"{run + 1}.00 EUR")
    assert len(shop.products()) == PRODUCTS


def test_a_host_that_does_not_answer_is_not_asked_for_every_picture(shop: Shop) -> None:
    addresses = HttpPictures(FetchedStore(shop.folder / "fetched"), fetch=QUICK, networks=LOOPBACK)
    shop.answers(reply=answer(503))
    shop.host.asked.clear()
    with closing(addresses):
        for number in range(200):
            with pytest.raises(PictureUnreachableError):
                addresses.read(shop.host.url(shop.path(number % PRODUCTS)))
    assert len(shop.host.asked) < 50


def test_a_new_picture_is_refused_while_its_host_is_in_trouble(tmp_path: Path) -> None:
    with serving() as host:
        shop = Shop(tmp_path, host, VersionStore(tmp_path / "index"))
        shop.answers()
        shop.answers(5, reply=answer(503))
        report = shop.update()
    assert report.counts()["without_picture"] == 1
    assert "p5" not in shop.products()


def test_a_product_stays_when_the_new_address_of_its_picture_is_in_trouble(shop: Shop) -> None:
    for number in range(PRODUCTS):
        shop.host.answers[f"{shop.path(number)}?v=2"] = [answer(503)]
    report = shop.update(price="8.00 EUR", suffix="?v=2")
    assert report.counts()["removed"] == report.counts()["refused"] == 0
    assert str(shop.store.load().product("p3").price) == "8.00 EUR"


def test_pictures_of_a_build_that_broke_off_are_used_by_the_next(tmp_path: Path) -> None:
    with serving() as host:
        shop = Shop(tmp_path, host, VersionStore(tmp_path / "index"))
        shop.answers()
        with pytest.raises(BrokenOffError):
            shop.update(encoder=FailingEncoder(5))
        shop.answers(reply=answer(503))
        report = shop.update()
    assert len(shop.products()) == PRODUCTS
    assert all(FETCHED_PICTURE in issue.reason for issue in report.issues)


def test_a_page_in_place_of_a_picture_does_not_replace_what_was_fetched(shop: Shop) -> None:
    shop.answers(reply=BAD_HOURS["no picture"])
    shop.update()
    shutil.rmtree(shop.store.root / "versions")
    (shop.store.root / "live.json").unlink()
    shop.answers(reply=answer(503))
    shop.update()
    assert len(shop.products()) == PRODUCTS


def test_only_whole_runs_are_counted(shop: Shop) -> None:
    """A run that fails, or a change of one product, does not bring a removal nearer, nor put it off."""
    shop.answers(2, reply=answer(404))
    shop.answers(3, reply=answer(200, encoded(noise(99)), Content_Type="image/png"))
    for _ in range(4):
        with pytest.raises(BrokenOffError):
            shop.update(price="1.00 EUR", encoder=FailingEncoder(0))
    assert "p2" in shop.products()
    for run in range(2):
        shop.update(price=f"{run + 2}.00 EUR")
        assert "p2" in shop.products()
    shop.update(price="5.00 EUR")
    assert "p2" not in shop.products()
