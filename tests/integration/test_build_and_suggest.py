"""A catalogue goes in, an index comes out, a photo finds its products: wired as in the program."""

import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from spark_vision.app.container import build_index, open_shop, version_store
from spark_vision.app.settings import Settings
from spark_vision.core.errors import CatalogueError, IndexMismatchError, IndexNotFoundError, ModelError
from spark_vision.core.geometry import Box
from spark_vision.core.product import FeedIssue
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.versions import VersionStore
from spark_vision.search.suggester import Suggester
from tests.fakes import (
    BLUE,
    GREEN,
    RED,
    BrokenOffError,
    FailingEncoder,
    Shelf,
    build,
    encoded,
    noise,
    plain,
    write_feed,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index_dir=tmp_path / "index", model="fake")


def reasons(issues: list[FeedIssue]) -> dict[str, str]:
    return {issue.product_id: issue.reason for issue in issues}


def test_photo_finds_the_products_of_the_shop(settings, shelf):
    shelf.add("red-chair", noise(1), plain(RED), price="15.00 EUR")
    shelf.add("blue-vase", plain(BLUE))
    shelf.add("green-cup", plain(GREEN))
    build_index(settings, str(shelf.feed))
    shop = open_shop(settings)
    photo = np.hstack([plain(RED, 60, 60), plain(BLUE, 60, 60)])
    left, right, whole = shop.suggester.suggest(photo, [Box(0, 0, 0.5, 1), Box(0.5, 0, 0.5, 1)])
    assert left.suggestions[0].product.id == "red-chair"
    assert left.suggestions[0].reference_image == "red-chair-1.png"
    assert str(left.suggestions[0].product.price) == "15.00 EUR"
    assert right.suggestions[0].product.id == "blue-vase"
    assert len(whole.suggestions) == 3
    assert shop.suggester.search_text("green").suggestions[0].product.id == "green-cup"


def test_folder_of_pictures_is_a_shop(settings, tmp_path):
    folder = tmp_path / "pictures"
    (folder / "chair").mkdir(parents=True)
    (folder / "vase.jpg").write_bytes(encoded(plain(BLUE), "JPEG"))
    (folder / "chair" / "front.png").write_bytes(encoded(plain(RED)))
    report = build_index(settings, str(folder))
    (item,) = open_shop(settings).suggester.suggest(plain(RED))
    assert report.manifest.content.products == 2
    assert item.suggestions[0].product.id == "chair"


def test_index_can_be_used_when_its_feed_is_gone(settings, shelf):
    shelf.add("a", plain(RED))
    build_index(settings, str(shelf.feed))
    shutil.rmtree(shelf.folder)
    (item,) = open_shop(settings).suggester.suggest(plain(RED))
    assert item.suggestions[0].product.id == "a"


def test_misspelt_source_is_told_and_makes_no_index(settings, tmp_path):
    with pytest.raises(CatalogueError, match="absent"):
        build_index(settings, str(tmp_path / "absent.csv"))
    assert not settings.index_dir.exists()
    with pytest.raises(IndexNotFoundError, match="index build"):
        open_shop(settings)


def test_encoder_that_did_not_make_the_index_is_refused(store, shelf, encoder):
    shelf.fill(2)
    build(store, shelf.feed, encoder)
    with pytest.raises(IndexMismatchError, match="build the index again"):
        Suggester(FakeEncoder(seed=1), store.load())


def test_bad_rows_and_pictures_are_reported_and_the_rest_is_live(store, shelf, encoder):
    shelf.fill(3)
    shelf.add("damaged", encoded(noise(50))[:60])
    shelf.add("no-picture-of-two", b"<html>", b"")
    shelf.add("one-of-two", b"", noise(51))
    shelf.add("remote", image_link="https://shop.example/a.jpg")
    shelf.add("nul", image_link="nul\0.png")
    shelf.add("p001", noise(52))
    shelf.add("", noise(53))
    report = build(store, shelf.feed, encoder)
    found = [(issue.product_id, issue.line, issue.image) for issue in report.issues]
    assert sorted(found) == [
        ("", 11, ""),
        ("damaged", 5, ""),
        ("damaged", 5, "damaged-0.png"),
        ("no-picture-of-two", 6, ""),
        ("no-picture-of-two", 6, "no-picture-of-two-0.png"),
        ("no-picture-of-two", 6, "no-picture-of-two-1.png"),
        ("nul", 9, ""),
        ("nul", 9, "nul\0.png"),
        ("one-of-two", 7, "one-of-two-0.png"),
        ("p001", 10, ""),
        ("remote", 8, ""),
        ("remote", 8, "https://shop.example/a.jpg"),
    ]
    content = store.load().manifest.content
    assert (content.products, content.pictures) == (4, 4)
    assert "the first is in line 3" in reasons(report.issues)["p001"]
    assert store.report(report.manifest.version)["counts"] == {"refused": 12}
    assert json.loads("".join(report.json()))["issues"][0]["reason"]


def test_row_that_stands_twice_keeps_the_first(store, shelf, encoder):
    shelf.add("a", plain(RED))
    shelf.add("a", plain(BLUE), title="another")
    build(store, shelf.feed, encoder)
    assert store.load().product("a").title == "Title of a"


def test_product_keeps_the_pictures_that_could_be_used(store, shelf, encoder):
    shelf.add("a", noise(1), b"", noise(2))
    build(store, shelf.feed, encoder)
    assert store.load().product("a").images == ("a-0.png", "a-2.png")


@pytest.mark.parametrize("rows", [[], [("a", b"")], [("", b"x")]])
def test_nothing_usable_is_an_error_and_the_live_version_stays(store, shelf, tmp_path, encoder, rows):
    shelf.fill(2)
    version = build(store, shelf.feed, encoder).manifest.version
    other = Shelf(tmp_path / "other")
    for product_id, picture in rows:
        other.add(product_id, picture)
    feed = other.feed if rows else write_feed(other.folder / "feed.csv", [dict.fromkeys(shelf.rows[0], "")])
    with pytest.raises(CatalogueError, match="nothing to index"):
        build(store, feed, encoder)
    assert (store.live(), store.names(), len(store.load())) == (version, [version], 2)


def test_same_feed_and_model_give_the_same_content(tmp_path, shelf):
    shelf.fill(40)
    shelf.add("bad", b"")
    reports = [build(VersionStore(tmp_path / name), shelf.feed, FakeEncoder()) for name in ("one", "two")]
    one, two = (report.manifest.content for report in reports)
    assert one == two
    assert one.digest == two.digest


def test_order_of_the_feed_does_not_change_the_products(tmp_path, shelf):
    shelf.fill(10)
    first = build(VersionStore(tmp_path / "one"), shelf.feed, FakeEncoder()).manifest.content
    shelf.rows.reverse()
    second = build(VersionStore(tmp_path / "two"), shelf.feed, FakeEncoder()).manifest.content
    assert first.catalogue_digest == second.catalogue_digest
    assert first.files["vectors.faiss"] == second.files["vectors.faiss"]


def test_unchanged_rebuild_encodes_nothing_and_gives_the_same_content(store, shelf):
    shelf.fill(20)
    first, again = FakeEncoder(), FakeEncoder()
    before = build(store, shelf.feed, first)
    after = build(store, shelf.feed, again)
    assert (first.pictures_encoded, again.pictures_encoded) == (20, 0)
    assert (after.encoded, after.reused) == (0, 20)
    assert after.manifest.content == before.manifest.content
    assert after.manifest.version != before.manifest.version


def test_only_new_pictures_are_encoded(store, shelf):
    shelf.fill(20)
    build(store, shelf.feed, FakeEncoder())
    shelf.fill(3, first=20)
    shelf.write("p000-0.png", noise(99))
    encoder = FakeEncoder()
    build(store, shelf.feed, encoder)
    assert encoder.pictures_encoded == 4


def test_stopped_build_is_taken_up_where_it_stopped(store, shelf):
    shelf.fill(40)
    stopped = FailingEncoder(after=25)
    with pytest.raises(BrokenOffError):
        build(store, shelf.feed, stopped)
    assert not store.has_live()
    encoder = FakeEncoder(batch_size=4)
    report = build(store, shelf.feed, encoder)
    assert stopped.pictures_encoded == 24
    assert (encoder.pictures_encoded, report.reused, len(store.load())) == (16, 24, 40)


def test_stopped_build_leaves_the_live_version_alone(store, shelf, encoder):
    shelf.fill(5)
    version = build(store, shelf.feed, encoder).manifest.version
    shelf.fill(40, first=5)
    with pytest.raises(BrokenOffError):
        build(store, shelf.feed, FailingEncoder(after=8))
    assert (store.live(), store.names(), len(store.load())) == (version, [version], 5)


def test_damaged_row_of_the_cache_is_encoded_again(store, shelf, encoder):
    shelf.fill(10)
    before = build(store, shelf.feed, encoder)
    (cache,) = store.cache.glob("*.sqlite")
    connection = sqlite3.connect(cache)
    connection.execute(
        "update embedding set vector = zeroblob(256) where picture = (select min(picture) from embedding)"
    )
    connection.commit()
    connection.close()
    again = FakeEncoder()
    after = build(store, shelf.feed, again)
    assert again.pictures_encoded == 1
    assert after.manifest.content == before.manifest.content


def test_cache_that_is_no_database_is_made_anew(store, shelf, encoder):
    shelf.fill(3)
    build(store, shelf.feed, encoder)
    (cache,) = store.cache.glob("*.sqlite")
    cache.write_bytes(b"this is no database" * 500)
    again = FakeEncoder()
    build(store, shelf.feed, again)
    assert again.pictures_encoded == 3


def test_equal_pictures_of_many_products_are_each_found(store, shelf, encoder):
    for number in range(40):
        shelf.add(f"p{number:02}", plain(RED))
    build(store, shelf.feed, encoder)
    (item,) = Suggester(encoder, store.load()).suggest(plain(RED), top=7)
    assert [suggestion.product.id for suggestion in item.suggestions] == [
        f"p{number:02}" for number in range(7)
    ]


def test_equal_pictures_go_through_the_model_once(store, shelf, encoder):
    for number in range(60):
        shelf.add(f"p{number:02}", noise(number % 20))
    report = build(store, shelf.feed, encoder)
    assert (encoder.pictures_encoded, report.encoded, report.reused) == (20, 20, 40)


class RoundingEncoder(FakeEncoder):
    """Like a real model's, its last digits depend on a picture's place in the batch."""

    def forward(self, prepared):
        return (
            super().forward(prepared) * (1 + np.arange(len(prepared))[:, None] ** 2 * np.float32(1e-6)) + 1e-5
        )


def test_content_does_not_depend_on_the_threads_where_pictures_are_equal(tmp_path, shelf):
    for number in range(120):
        shelf.add(f"p{number:03}", noise(number % 50))
    stores = [VersionStore(tmp_path / f"index-{number}") for number in range(4)]
    contents = [build(store, shelf.feed, RoundingEncoder(batch_size=7)).manifest.content for store in stores]
    assert contents == contents[:1] * 4


def test_picture_of_another_model_is_never_taken_from_the_cache(store, shelf):
    shelf.fill(5)
    build(store, shelf.feed, FakeEncoder())
    other = FakeEncoder(seed=1)
    build(store, shelf.feed, other)
    assert other.pictures_encoded == 5
    assert store.load().encoder == other.spec


class NotANumberEncoder(FakeEncoder):
    """A model that overflowed."""

    def finish(self, features):
        return np.full_like(super().finish(features), np.nan)


def test_embeddings_that_are_no_numbers_are_refused_and_not_kept(store, shelf, encoder):
    shelf.fill(3)
    with pytest.raises(ModelError, match="not finite"):
        build(store, shelf.feed, NotANumberEncoder())
    build(store, shelf.feed, encoder)
    assert encoder.pictures_encoded == 3


def test_settings_name_the_index_folder(settings):
    assert version_store(settings).root == settings.index_dir
