"""Maps: what they say of a feed, and what is wrong with one."""

import time
from pathlib import Path

import pytest

from spark_vision.catalogue.feed_map import FeedMap, parse_map, read_map
from spark_vision.catalogue.shop import Shop
from spark_vision.core.errors import CatalogueError, InvalidInputError
from tests.unit.catalogue.feeds import read

MAP = """
currency = "CHF"
[columns]
"Art.-Nr." = "id"
Bezeichnung = "title"
"Bild 1" = "image_link"
"Bild 2" = "additional_image_link"
Weitere = "additional_image_link"
Preis = "price"
[fixed]
brand = "Acme"
[patterns]
size = '(\\d+) cm'
color = { from = "Bezeichnung", pattern = 'in (\\w+)' }
"""
FEED = """Lieferant;Nr.
Stand;heute
Art.-Nr.;Bezeichnung;Bild 1;Bild 2;Weitere;Preis;brand;size
7;Tasse in blau;1.jpg;2.jpg;3.jpg,4.jpg;19,90;Other;10 cm
8;Krug;k.jpg;;;ab 5;;
"""


def products(folder: Path, feed: str | bytes, text: str) -> dict[str, object]:
    path = folder / "feed.csv"
    path.write_bytes(feed if isinstance(feed, bytes) else feed.encode())
    return dict(read(path, Shop(), parse_map(text, "feed.toml"))[0])


def test_a_map_names_columns_values_patterns_and_the_currency(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text(FEED)
    found, issues = read(path, Shop("EUR"), parse_map(MAP, "feed.toml"))
    cup, jug = found["7"], found["8"]
    assert cup.images == ("1.jpg", "2.jpg", "3.jpg", "4.jpg")
    assert (str(cup.price), cup.brand, cup.size, cup.color) == ("19.90 CHF", "Acme", "10", "blau")
    assert (jug.images, jug.brand, jug.color, jug.price) == (("k.jpg",), "Acme", "", None)
    assert [(issue.line, issue.product_id) for issue in issues] == [(5, "8")]


def test_a_map_reads_xml_and_json(tmp_path: Path) -> None:
    text = 'item = "Teil"\n[columns]\nnummer = "id"\nbezeichnung = "title"\nbild = "image_link"\n'
    xml = "<Teile><Teil><Nummer>7</Nummer><Bezeichnung>A</Bezeichnung><Bild>a.jpg</Bild></Teil></Teile>"
    assert list(products(tmp_path, xml, text)) == ["7"]
    json_ld = '[{"@type": "Product", "sku": "7", "name": "A blue cup", "image": "a.jpg"}]'
    found = products(tmp_path, json_ld, "[patterns]\ncolor = { from = 'title', pattern = 'blue|red' }")
    assert found["7"].color == "blue"  # type: ignore[attr-defined]


def test_a_map_reads_a_shops_export_by_its_own_columns(tmp_path: Path) -> None:
    feed = "Handle,Title,Variant SKU,Image Src,Preis\nh,A,s,a.jpg,9.00 EUR\n"
    text = '[columns]\nhandle = "id"\n"Image Src" = "image_link"\nPreis = "price"\n'
    assert list(products(tmp_path, feed, text)) == ["h"]


def test_a_map_names_the_encoding(tmp_path: Path) -> None:
    feed = "id;title;image_link\n7;Чашка;a.jpg\n".encode("cp1251")
    found = products(tmp_path, feed, 'encoding = "cp1251"')
    assert found["7"].title == "Чашка"  # type: ignore[attr-defined]


BAD = {
    "x = ": "no TOML",
    "mood = 1": "'mood' is no key",
    "[columns]\nPreis = 'prize'": "'prize' is no attribute; did you mean 'price'",
    "[fixed]\nmood = 'good'": "'mood' is no attribute",
    "[columns]\nPreis = 1": "must be a text",
    "columns = 1": "columns must be a table",
    "currency = 'EURO'": "no code of ISO 4217",
    "[patterns]\nsize = '('": "no regular expression",
    "[patterns]\nsize = ''": "1 to 500 characters",
    "[patterns]\nsize = 1": "must be a text, or a table",
    "[patterns]\nsize = { from = 'title' }": "must be a text, or a table",
    "[patterns]\nmood = 'x'": "'mood' is no attribute",
    "encoding = 'klingon'": "no encoding",
    "format = 'gogle'": "no format",
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_map_is_told_by_name_and_key(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInputError, match=BAD[text]):
        products(tmp_path, "id,title,image_link\n", text)


def test_a_map_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "feed.toml"
    with pytest.raises(InvalidInputError, match=r"feed\.toml: the map cannot be read"):
        read_map(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInputError, match="no UTF-8"):
        read_map(path)
    path.write_bytes(b"#" * 300_000)
    with pytest.raises(InvalidInputError, match="more than 262,144 bytes"):
        read_map(path)
    path.write_text("currency = 'eur'", encoding="utf-8-sig")
    assert read_map(path) == FeedMap(currency="EUR")


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+$", r"(.*a){25}b", r"(\w+\s?)+:"])
def test_a_pattern_that_takes_for_ever_is_stopped(tmp_path: Path, pattern: str) -> None:
    feed = f"id,title,image_link\n7,{'a' * 5000}!,a.jpg\n"
    text = f"[patterns]\ncolor = {{ from = 'title', pattern = '{pattern}' }}"
    begun = time.monotonic()
    try:
        products(tmp_path, feed, text)
    except CatalogueError as error:
        assert "takes more than" in error.message  # noqa: PT017 - either is right, but not for ever
    assert time.monotonic() - begun < 5
