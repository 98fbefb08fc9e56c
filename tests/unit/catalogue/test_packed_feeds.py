"""Gzipped and zipped feeds, and what they may unpack to."""

import gzip
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from spark_vision.catalogue.read import Source, open_source
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedRow

CSV = "id,title,image_link\na,A,a.jpg\nb,B,b.jpg\n"
XML = "<products><product><id>a</id><name>A</name><image>a.jpg</image></product></products>"
JSON = '[{"@type": "Product", "sku": "a", "name": "A", "image": "a.jpg", "@id": "a"}]'
HTML = f"<!doctype html><script type='application/ld+json'>{JSON}</script>"
SHOPIFY = "Handle,Title,Variant SKU,Variant Price,Image Src\nh,A,a,1,a.jpg\n"


def zipped(*files: tuple[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def ids(folder: Path, data: bytes) -> list[str]:
    path = folder / "feed.dat"
    path.write_bytes(data)
    return [row.product.id for row in open_source(path).rows() if isinstance(row, FeedRow)]


ENCODED = [(text, code) for text in (CSV, XML, JSON, SHOPIFY) for code in ("utf-8", "utf-8-sig", "utf-16")]


@pytest.mark.parametrize(("text", "encoding"), [*ENCODED, (HTML, "utf-8")])
def test_packed_feeds_of_every_format_are_read(tmp_path: Path, text: str, encoding: str) -> None:
    data = text.encode(encoding)
    expected = ids(tmp_path, data)
    assert expected[0] == "a"
    assert ids(tmp_path, gzip.compress(data)) == expected
    assert ids(tmp_path, gzip.compress(data[:9]) + gzip.compress(data[9:])) == expected
    assert ids(tmp_path, zipped(("export", data))) == expected


def test_the_only_feed_of_an_archive_is_read(tmp_path: Path) -> None:
    files = [
        ("readme.md", "x"),
        ("data/feed.csv", CSV),
        ("pics/a.jpg", b"\xff\xd8"),
        ("__MACOSX/._feed.csv", "x"),
    ]
    assert ids(tmp_path, zipped(*files)) == ["a", "b"]
    assert ids(tmp_path, zipped(("readme.txt", "x"), ("feed.csv", CSV), ("LICENSE.html", "x"))) == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped(("a.csv", CSV), ("b.csv", CSV)), "2 feeds .*'a.csv', 'b.csv'"),
        (zipped(("a.jpg", "x"), ("b.jpg", "x")), "no feed"),
        (zipped(), "no feed|damaged"),
        (zipped(("[Content_Types].xml", "<x/>"), ("xl/a.xml", "<x/>")), "office document"),
        (zipped(("a.csv", CSV), method=zipfile.ZIP_LZMA), "deflate"),
        (zipped(("a.csv", gzip.compress(CSV.encode()))), "packed twice"),
        (zipped(("a.csv", zipped(("b.csv", CSV)))), "packed twice"),
        (gzip.compress(gzip.compress(CSV.encode())), "packed twice"),
        (gzip.compress(CSV.encode() * 999)[:-20], "damaged"),
        (gzip.compress(CSV.encode())[:8], "damaged"),
        (b"\x1f\x8b" + b"x" * 50, "cannot be read|damaged"),
        (zipped(("a.csv", CSV))[:-10], "damaged"),
        (zipped(*((f"{n}.csv", "") for n in range(10_001))), "more than 10,000"),
    ],
    ids=lambda value: value if isinstance(value, str) else "bytes",  # some hold the time
)
def test_what_cannot_be_unpacked_is_refused_by_name(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(CatalogueError, match=rf"feed\.dat: .*({words})"):
        ids(tmp_path, data)


@pytest.mark.parametrize("text", [CSV, XML, JSON, SHOPIFY])
@pytest.mark.parametrize("kind", ["gzip", "zip", "zip that lies"])
def test_a_bomb_is_refused_at_the_limit(tmp_path: Path, text: str, kind: str) -> None:
    blank = b" " * 30_000_000
    data = text.encode() + blank
    packed = gzip.compress(data) if kind == "gzip" else zipped(("feed.csv", data))
    if kind == "zip that lies":
        size = len(data).to_bytes(4, "little")
        packed = packed.replace(size, (100).to_bytes(4, "little"))
    path = tmp_path / "feed.dat"
    path.write_bytes(packed)
    source = replace(Source(path), max_unpacked_bytes=1_000_000)
    if kind == "zip that lies":  # the archive's own size is the limit then
        rows = []
        try:
            rows = list(source.rows())
        except CatalogueError:
            return
        assert len(rows) <= 2
        return
    with pytest.raises(CatalogueError, match="unpacks to more than 1,000,000 bytes"):
        list(source.rows())
