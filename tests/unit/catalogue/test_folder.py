"""A folder of pictures as a catalogue."""

import os
from pathlib import Path

import pytest

from spark_vision.catalogue.folder import read_folder
from spark_vision.catalogue.read import open_source
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue, FeedRow, Product
from tests.fakes import encoded, plain


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return folder


def products(folder: Path) -> list[Product]:
    return [row.product for row in read_folder(folder) if isinstance(row, FeedRow)]


def test_pictures_at_the_top_are_a_product_each(tmp_path):
    touch(tmp_path, "red-oak_chair.jpg", "Lamp.PNG", "notes.txt")
    expected = [Product("Lamp", "Lamp", ("Lamp.PNG",))]
    expected += [Product("red-oak_chair", "Red oak chair", ("red-oak_chair.jpg",))]
    assert products(tmp_path) == expected


def test_pictures_of_a_sub_folder_are_one_product(tmp_path):
    touch(tmp_path, "chair/b.jpg", "chair/a.jpg", "chair/notes.txt")
    assert products(tmp_path) == [Product("chair", "Chair", ("chair/a.jpg", "chair/b.jpg"))]


def test_nested_folders_are_products_by_their_path(tmp_path):
    touch(tmp_path, "rooms/bed/lamp/1.jpg", "rooms/bath/2.jpg")
    assert [product.id for product in products(tmp_path)] == ["rooms/bath", "rooms/bed/lamp"]


def test_hidden_files_and_folders_are_passed_over(tmp_path):
    touch(tmp_path, "a.jpg", "._a.jpg", ".thumbs/b.jpg", "chair/.c.jpg", "chair/d.jpg")
    assert [product.images for product in products(tmp_path)] == [("a.jpg",), ("chair/d.jpg",)]


def test_second_picture_of_a_name_is_reported(tmp_path):
    touch(tmp_path, "a.jpg", "a.png")
    rows = list(read_folder(tmp_path))
    assert rows[-1] == FeedIssue("another picture has this name", product_id="a", image="a.png")


def test_name_that_is_not_utf_8_is_reported_in_words_that_can_be_printed(tmp_path):
    touch(tmp_path, "good.jpg")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg")).write_bytes(b"")
    (issue,) = (row for row in read_folder(tmp_path) if isinstance(row, FeedIssue))
    assert issue == FeedIssue("its name is not UTF-8", image="caf\\xe9.jpg")
    assert len(products(tmp_path)) == 1


def test_unicode_names_are_ids(tmp_path):
    assert [product.id for product in products(touch(tmp_path, "椅子 №5.jpg"))] == ["椅子 №5"]


@pytest.mark.parametrize("names", [(), ("notes.txt",), (".hidden.jpg",)])
def test_folder_without_a_picture_is_refused(tmp_path, names):
    with pytest.raises(CatalogueError, match="no picture"):
        list(read_folder(touch(tmp_path, *names)))


FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "AVIF")


@pytest.mark.parametrize("name", ["photo.jfif", "photo.jpe", "photo", "photo.JIF", "photo.txt"])
@pytest.mark.parametrize("kind", FORMATS)
def test_the_content_tells_a_picture_whatever_its_name(tmp_path, kind, name):
    (tmp_path / name).write_bytes(encoded(plain((9, 9, 9), 8, 8), kind))
    (product,) = products(tmp_path)
    assert product.images == (name,)
    assert product.id == ("photo.txt" if name.endswith("txt") else "photo")
    assert open_source(tmp_path).pictures().read(name)


@pytest.mark.parametrize("start", [b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypcrx ", b"FUJIFILMCCD-RAW"])
def test_formats_that_are_refused_by_name_are_left_to_the_decoder(tmp_path, start):
    (tmp_path / "photo").write_bytes(start + bytes(40))
    assert [product.id for product in products(tmp_path)] == ["photo"]


def test_ids_keep_what_is_no_suffix(tmp_path):
    for name in ("chair.v2", "chair.v3"):
        (tmp_path / name).write_bytes(encoded(plain((9, 9, 9), 8, 8)))
    assert [product.id for product in products(tmp_path)] == ["chair.v2", "chair.v3"]


def test_every_file_that_is_left_out_is_listed_with_its_reason(tmp_path):
    touch(tmp_path, "a.jpg", "._a.jpg", ".git/config", "chair/b.jpg", "empty", "chair/none.dat")
    (tmp_path / "notes.txt").write_text("BM is a text, too, of more than thirty-two letters")
    (tmp_path / "page.html").write_text("<html>")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "absent")
    (tmp_path / "linked").symlink_to(tmp_path / "chair")
    left_out = {row.image: row.reason for row in read_folder(tmp_path) if isinstance(row, FeedIssue)}
    assert left_out == {
        "._a.jpg": "left out: hidden file",
        ".git": "left out: hidden folder",
        "broken.jpg": "left out: cannot be read (No such file or directory)",
        "chair/none.dat": "left out: empty file",
        "empty": "left out: empty file",
        "linked": "left out: link to a folder",
        "notes.txt": "left out: not a picture",
        "page.html": "left out: not a picture",
        "pipe": "left out: not a file",
    }
    assert [product.id for product in products(tmp_path)] == ["a", "chair"]


@pytest.mark.parametrize("name", ["catalogue.csv", "catalogue.tsv"])
def test_folder_with_its_own_feed_is_read_by_that(tmp_path, name):
    touch(tmp_path, "a.jpg")
    (tmp_path / name).write_text("id\ttitle\timage_link\nfrom-feed\tA\ta.jpg\n")
    source = open_source(tmp_path)
    (row,) = source.rows()
    assert isinstance(row, FeedRow)
    assert (source.path, source.base, row.product.id) == (tmp_path / name, tmp_path, "from-feed")


def test_folder_without_a_feed_is_its_own_base(tmp_path):
    source = open_source(touch(tmp_path, "a.jpg"))
    assert (source.path, source.base, len(list(source.rows()))) == (tmp_path, tmp_path, 1)


@pytest.mark.parametrize("name", ["absent", "absent.csv", "nul\0.csv", "x" * 5000])
def test_source_that_is_not_there_is_refused(tmp_path, name):
    with pytest.raises(CatalogueError):
        open_source(f"{tmp_path}/{name}")
