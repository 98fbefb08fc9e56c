"""The command line from the outside: a process, its exit status, and what it prints where."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from spark_vision.cli.suggest import _targets
from spark_vision.core.errors import InvalidInputError

COLOURS = {"red": (220, 30, 30), "green": (30, 160, 50), "blue": (40, 70, 220)}


def run(*arguments: str | Path, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SPARK_VISION_MODEL": "fake", "SPARK_VISION_INDEX_DIR": "index", **settings}
    command = [sys.executable, "-W", "error", "-m", "spark_vision.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)


def document(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A feed of three plain mugs, and a photo of a red one in the middle of white."""
    for name, colour in COLOURS.items():
        Image.new("RGB", (40, 30), colour).save(tmp_path / f"{name}.png")
    with (tmp_path / "catalogue.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "image_link", "product_type", "price"])
        for number, name in enumerate(COLOURS):
            writer.writerow([f"m{number}", f"{name} mug", f"{name}.png", "Home > Mugs", "9.00 EUR"])
    photo = np.full((120, 160, 3), 255, np.uint8)
    photo[30:90, 40:120] = COLOURS["red"]
    Image.fromarray(photo).save(tmp_path / "photo.png")
    return tmp_path


@pytest.fixture
def indexed(shop: Path) -> Path:
    assert run("index", "build", "catalogue.csv", cwd=shop).returncode == 0
    return shop


def test_build_prints_one_json_document_and_progress_elsewhere(shop: Path) -> None:
    done = run("index", "build", "catalogue.csv", "--json", cwd=shop)
    report = document(done)
    assert (report["products"], report["pictures"], report["encoded"]) == (3, 3, 3)
    assert report["issues"] == []
    assert "encode: 3" in done.stderr


def test_bad_rows_are_listed_and_do_not_stop_a_build(shop: Path) -> None:
    with (shop / "catalogue.csv").open("a") as file:
        file.write("m9,No picture,gone.png,,\n,No id,red.png,,\nm0,Twice,red.png,,\n")
    report = document(run("index", "build", "catalogue.csv", "--json", cwd=shop))
    assert report["products"] == 3
    told = {(issue["line"], issue["product_id"]) for issue in report["issues"]}
    assert told == {(5, "m9"), (6, ""), (7, "m0")}


def test_a_second_build_encodes_nothing_again(indexed: Path) -> None:
    report = document(run("index", "build", "catalogue.csv", "--json", cwd=indexed))
    assert (report["encoded"], report["reused"]) == (0, 3)


def test_versions_are_listed_shown_verified_and_rolled_back(indexed: Path) -> None:
    first = document(run("index", "list", "--json", cwd=indexed))["live"]
    second = document(run("index", "build", "catalogue.csv", "--json", cwd=indexed))["version"]
    versions = document(run("index", "list", "--json", cwd=indexed))
    assert versions["live"] == second
    assert [version["version"] for version in versions["versions"]] == [first, second]
    shown = document(run("index", "show", "--json", cwd=indexed))
    assert shown["content"]["encoder"]["model"] == "fake"
    assert shown["content"]["metric"] == "inner_product"
    assert document(run("index", "verify", "--json", cwd=indexed))["ok"] is True
    assert run("index", "rollback", cwd=indexed).returncode == 0
    assert document(run("index", "list", "--json", cwd=indexed))["live"] == first
    assert run("index", "activate", second, cwd=indexed).returncode == 0
    assert document(run("index", "list", "--json", cwd=indexed))["live"] == second


def test_a_tap_and_words_are_asked_for(indexed: Path) -> None:
    answer = document(
        run("suggest", "photo.png", "--point", "0.5,0.5", "--words", "red", "--json", cwd=indexed)
    )
    assert [item["source"] for item in answer["items"]] == ["asked", "photo"]
    answer = document(run("suggest", "photo.png", "--whole", "--json", cwd=indexed))
    assert [item["source"] for item in answer["items"]] == ["photo"]


def test_suggest_answers_in_the_contracts_shape(indexed: Path) -> None:
    answer = document(run("suggest", "photo.png", "--box", "0.25,0.25,0.5,0.5", "--json", cwd=indexed))
    assert answer["photo"] == "photo.png"
    assert answer["model"] == "fake"
    boxed, whole = answer["items"]
    assert boxed["box"] == {"x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5}
    assert whole["box"] is None
    first = boxed["suggestions"][0]
    assert first["product_id"] == "m0"
    assert first["title"] == "red mug"
    assert first["reference_image"] == "red.png"
    assert first["similarity"] == pytest.approx(1, abs=1e-6)
    assert {"decode", "forward", "search", "total"} <= answer["timings"].keys()


def test_one_bad_photo_among_several_is_named_and_the_others_answered(indexed: Path) -> None:
    (indexed / "broken.jpg").write_bytes(b"<html>")
    done = run("suggest", "photo.png", "broken.jpg", "--json", cwd=indexed)
    good, bad = json.loads(done.stdout)
    assert done.returncode == 2
    assert good["items"]
    assert bad["error"]["type"] == "picture-format"
    assert "broken.jpg" in bad["error"]["detail"]


def test_annotated_photos_are_pictures(indexed: Path) -> None:
    assert run("suggest", "photo.png", "--annotate", "sheet.png", cwd=indexed).returncode == 0
    assert run("suggest", "photo.png", "red.png", "--annotate", "out/", cwd=indexed).returncode == 0
    names = ["sheet.png", "out/photo.png", "out/red.png"]
    with Image.open(indexed / names[0]) as sheet:
        assert sheet.width > 600
        assert len(sheet.getcolors(1 << 24) or []) > 10
    assert all((indexed / name).is_file() for name in names)


def test_where_annotated_photos_go(tmp_path: Path) -> None:
    photos = [Path("1/a.jpg"), Path("2/a.jpg"), Path("1/a-2.jpg"), Path("3/a.jpg")]
    targets = _targets(photos, tmp_path / "out")
    assert [target.name for target in targets if target] == ["a.png", "a-2.png", "a-2-2.png", "a-3.png"]
    (tmp_path / "folder.png").mkdir()
    assert _targets(photos[:1], tmp_path / "folder.png") == [tmp_path / "folder.png" / "a.png"]
    (tmp_path / "feed.csv").write_text("")
    for name in ("out.jpg", "feed.csv"):
        with pytest.raises(InvalidInputError, match=f"{name}: annotated photos are PNGs; name an OUT.png"):
            _targets(photos[:1], tmp_path / name)
    with pytest.raises(InvalidInputError, match="several photos want a folder"):
        _targets(photos, tmp_path / "out.png")


def test_a_place_that_cannot_be_written_is_named(indexed: Path) -> None:
    (indexed / "file").write_text("")
    done = run("suggest", "photo.png", "--annotate", "file/x.png", cwd=indexed)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "file/x.png: cannot be written" in done.stderr


def test_a_json_document_is_one_in_every_encoding(indexed: Path) -> None:
    odd = os.fsdecode(b"caf\xe9.png")  # a name of the days of Latin-1, which is no text today
    shutil.copy(indexed / "photo.png", indexed / odd)
    answer = document(run("suggest", odd, "--json", cwd=indexed))
    assert answer["photo"] == odd
    found = run("search", "caf\u00e9 \u2603", "--json", cwd=indexed, PYTHONIOENCODING="latin-1")
    assert document(found)["query"] == "caf\u00e9 \u2603"


def test_search_finds_by_words(indexed: Path) -> None:
    answer = document(run("search", "a blue mug", "--top", "1", "--json", cwd=indexed))
    assert [suggestion["product_id"] for suggestion in answer["suggestions"]] == ["m2"]


def test_evaluate_gives_the_contracts_figures(shop: Path) -> None:
    rows = [
        "photo,product_ids,split,x,y,width,height",
        "photo.png,m0,test,.25,.25,.5,.5",
        "blue.png,m2,test,,,,",
    ]
    (shop / "photos.csv").write_text("\n".join(rows) + "\n")
    figures = document(run("evaluate", ".", "--split", "test", "--json", cwd=shop))
    assert (figures["model"], figures["products"], figures["photos"]) == ("fake", 3, 2)
    for name in ("recall@1", "recall@5", "recall@10", "mrr", "map", "category_accuracy@1"):
        assert figures[name] == 1
        assert figures["confidence_intervals"][name] == [1, 1]
    assert figures["open_set_auroc"] is None
    assert figures["ece"] is None
    assert not (shop / "index" / "live.json").exists()


def test_evaluate_needs_no_index_folder_that_it_may_write_in(shop: Path) -> None:
    (shop / "photos.csv").write_text("photo,product_ids,split\nred.png,m0,test\n")
    (shop / "index").mkdir()
    (shop / "index" / "cache").touch()  # in place of the folder: no rights let one write in it
    done = run("evaluate", ".", "--json", cwd=shop)
    assert document(done)["recall@1"] == 1
    assert "index/cache cannot be written" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["suggest", "photo.png"], "no index here yet"),
        (["index", "build", "missing.csv"], "missing.csv"),
        (["index", "build", "photo.png"], "photo.png"),
        (["index", "build", "catalogue.csv", "--model", "spark-mimi"], "spark-mimi"),
        (["index", "rollback"], "no index here"),
        (["index", "activate", "nothing"], "nothing"),
        (["evaluate", "."], "photos.csv"),
        (["models", "show", "spark-maxi"], "spark-maxi"),
    ],
)
def test_a_users_mistake_is_one_clear_line_and_status_2(shop: Path, arguments: list[str], word: str) -> None:
    done = run(*arguments, cwd=shop)
    assert done.returncode == 2
    assert done.stdout == ""
    complaint = [line for line in done.stderr.splitlines() if line.startswith("spark-vision: ")]
    assert len(complaint) == 1
    assert word in complaint[0]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("box", ["1,2,3", "0,0,0,1", "0.5,0.5,0.6,0.6", "nan,0,1,1", "a,b,c,d"])
def test_a_bad_box_is_refused(indexed: Path, box: str) -> None:
    done = run("suggest", "photo.png", f"--box={box}", cwd=indexed)
    assert done.returncode == 2
    assert "box" in done.stderr


def test_a_damaged_version_is_named_and_an_older_one_activated(indexed: Path) -> None:
    first = document(run("index", "list", "--json", cwd=indexed))["live"]
    second = document(run("index", "build", "catalogue.csv", "--json", cwd=indexed))["version"]
    vectors = indexed / "index" / "versions" / second / "vectors.faiss"
    damaged = bytearray(vectors.read_bytes())
    damaged[-1] ^= 1
    vectors.write_bytes(damaged)
    refused = run("suggest", "photo.png", cwd=indexed)
    assert refused.returncode == 2
    assert str(Path(second) / "vectors.faiss") in refused.stderr
    assert run("index", "activate", first, cwd=indexed).returncode == 0
    assert run("suggest", "photo.png", cwd=indexed).returncode == 0


def test_a_version_that_cannot_be_read_is_marked_and_the_others_listed(indexed: Path) -> None:
    first = document(run("index", "list", "--json", cwd=indexed))["live"]
    second = document(run("index", "build", "catalogue.csv", "--json", cwd=indexed))["version"]
    (indexed / "index" / "versions" / first / "manifest.json").write_text("{}")
    done = run("index", "list", "--json", cwd=indexed)
    listed = document(done)["versions"]
    assert [(known["version"], known["damaged"], known["products"]) for known in listed] == [
        (first, True, None),
        (second, False, 3),
    ]
    assert f"{first}/manifest.json: this is no manifest that can be read (it has no format)." in done.stderr
    (indexed / "index" / "live.json").write_text("[]")
    done = run("index", "list", cwd=indexed)
    assert done.returncode == 0
    assert f"{first}  damaged" in done.stdout
    assert second in done.stdout
    assert "live.json: the pointer cannot be read (what it holds is of another shape)." in done.stderr


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("torch", "open_clip", "faiss", "pyarrow", "sklearn", "PIL", "sqlalchemy", "fastapi")
    code = f"import sys, spark_vision, spark_vision.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
