"""`index check`, and `--map` of check, build and update, from the outside."""

import csv
import json
from pathlib import Path

from PIL import Image

from tests.integration.test_catalogue_commands import document, run

FEED = """Nr;Bezeichnung;Bild;Preis
a;Rote Tasse;red.png;9,00
b;Blaue Tasse;blue.png;ab 5
b;Noch eine;blue.png;5
c;Ohne Bild;;5
=d;Formel;;5
e;Weit weg;https://nowhere.invalid/e.png;5
"""
MAP = """currency = "EUR"
[columns]
Nr = "id"
Bezeichnung = "title"
Bild = "image_link"
Preis = "price"
[patterns]
color = { from = "title", pattern = '(?i)rot|blau' }
"""


def shop(folder: Path) -> Path:
    for name, colour in (("red", (220, 30, 30)), ("blue", (40, 70, 220))):
        Image.new("RGB", (40, 30), colour).save(folder / f"{name}.png")
    (folder / "feed.csv").write_text(FEED)
    (folder / "feed.toml").write_text(MAP)
    return folder


def test_a_check_reports_and_writes_nothing_but_the_table(tmp_path: Path) -> None:
    shop(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    found = document("index", "check", "feed.csv", "--map", "feed.toml", "--csv", "issues.csv", cwd=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == before | {"issues.csv"}
    assert found["format"] == "google-csv"
    assert found["counts"] == {"products": 3, "refused": 3, "warnings": 1}
    present = {each["attribute"]: (each["present"], each["missing"]) for each in found["attributes"]}
    assert (present["price"], present["color"], present["gtin"]) == ((2, 1), (2, 1), (0, 3))
    groups = [(group["reason"], group["severity"], group["count"]) for group in found["issues"]]
    assert groups[0] == ("image_link is empty", "refused", 2)
    assert ("id stands on an earlier row, too", "refused", 1) in groups
    (price,) = (group for group in found["issues"] if group["attribute"] == "price")
    assert price["examples"][0]["product_id"] == "b"
    items = {item["id"]: (item["line"], item["status"], len(item["issues"])) for item in found["items"]}
    assert items == {"b": (3, "refused", 2), "c": (5, "refused", 1), "=d": (6, "refused", 1)}
    with (tmp_path / "issues.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["product_id"] for row in rows] == ["b", "b", "c", "'=d"]
    assert rows[0]["attribute"] == "price"


def test_a_check_prints_tables_for_people(tmp_path: Path) -> None:
    done = run("index", "check", "feed.csv", "--map", "feed.toml", cwd=shop(tmp_path))
    assert done.returncode == 0
    assert "3 products, 3 refused, 1 warnings" in done.stdout
    assert "image_link is empty" in done.stdout


def test_build_and_update_read_by_a_map(tmp_path: Path) -> None:
    shop(tmp_path)
    built = document("index", "build", "feed.csv", "--map", "feed.toml", cwd=tmp_path)
    assert built["counts"]["added"] == 2
    assert run("index", "update", "feed.csv", "--map", "feed.toml", cwd=tmp_path).returncode == 0
    found = document("search", "blaue tasse", "--only", "price=..10EUR", cwd=tmp_path)
    assert [each["product_id"] for each in found["suggestions"]] == ["a"]


def test_mistakes_end_with_status_2_and_one_line(tmp_path: Path) -> None:
    shop(tmp_path)
    (tmp_path / "bad.toml").write_text("[columns]\nNr = 'idd'\n")
    for arguments, words in (
        (("feed.csv", "--map", "bad.toml"), "'idd' is no attribute"),
        (("feed.csv", "--map", "none.toml"), "none.toml: the map cannot be read"),
        (("feed.csv",), "it has 'nr', 'bezeichnung', 'bild', 'preis'"),
        (("none.csv",), "no such feed"),
        (("feed.csv", "--map", "feed.toml", "--csv", "no/where.csv"), "cannot be written"),
    ):
        done = run("index", "check", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr


def test_a_packed_feed_is_checked_and_built(tmp_path: Path) -> None:
    import gzip

    shop(tmp_path)
    (tmp_path / "feed.dat").write_bytes(gzip.compress(FEED.encode()))
    found = document("index", "check", "feed.dat", "--map", "feed.toml", cwd=tmp_path)
    assert found["counts"]["products"] == 3
    assert json.dumps(found)
