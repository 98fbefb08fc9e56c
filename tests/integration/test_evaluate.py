"""`spark-vision evaluate` and its runs as files, from the outside."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from spark_vision.cli.app import app
from spark_vision.core.errors import SparkVisionError
from tests.fakes import BLUE, GREEN, RED, Shelf, noise, plain


@pytest.fixture
def dataset(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three mugs of two pictures each, one of them confusingly like another, and photos of them."""
    monkeypatch.setenv("SPARK_VISION_MODEL", "fake")
    monkeypatch.setenv("SPARK_VISION_INDEX_DIR", str(shelf.folder.parent / "index"))
    for number, colour in enumerate((RED, GREEN, BLUE)):
        darker = tuple(value // 2 for value in colour)
        shelf.add(f"m{number}", plain(colour), plain(darker), product_type="Home > Mugs", color=str(number))
    shelf.write("red.png", plain((200, 40, 40)))
    shelf.write("green.png", plain((40, 150, 60)))
    shelf.write("both.png", np.concatenate([plain(BLUE), plain((20, 20, 20))]))
    shelf.write("none.png", noise(1))
    assert shelf.feed
    rows = ["photo,product_ids,split,x,y,width,height", "red.png,m0,test,,,,", "green.png,m1,test,,,,"]
    rows += ["both.png,m2,test,0,0,1,.5", "none.png,,test,,,,"]
    (shelf.folder / "photos.csv").write_text("\n".join(rows) + "\n")
    return shelf.folder


def command(*arguments: object) -> Any:
    done = CliRunner().invoke(app, [str(each) for each in ("evaluate", *arguments, "--json")])
    if done.exception is not None:
        raise done.exception
    return json.loads(done.stdout)


def test_a_saved_run_is_compared_on_the_same_look_ups(dataset: Path, tmp_path: Path) -> None:
    run = tmp_path / "runs" / "first"
    figures = command(dataset, "--save", run)
    assert figures["recall@1"] == 1
    assert figures["open_set_auroc"] == 1
    assert {path.name for path in run.iterdir()} >= {"record.json", "run.trec", "qrels.trec", "queries.csv"}
    compared = command(dataset, "--against", run)
    assert set(compared["difference"].values()) == {0}
    assert compared["paired"]["recall@1"]["p"] == 1
    assert compared["paired"]["recall@1"]["interval"] == [0, 0]


def test_a_run_of_other_photos_is_refused(dataset: Path, tmp_path: Path) -> None:
    command(dataset, "--save", tmp_path / "run")
    photos = dataset / "photos.csv"
    photos.write_text(photos.read_text().replace("green.png,m1", "green.png,m2"))
    with pytest.raises(SparkVisionError, match=r"do not agree what is right for 'shop/green\.png@test:3'"):
        command(dataset, "--against", tmp_path / "run")
    photos.write_text("\n".join(photos.read_text().splitlines()[:3]) + "\n")
    with pytest.raises(SparkVisionError, match="2 are in one of them only"):
        command(dataset, "--against", tmp_path / "run")


def test_views_and_titles_are_protocols_of_the_catalogue_alone(dataset: Path) -> None:
    views = command(dataset, "--protocol", "views")
    assert (views["queries"], views["photos"], views["recall@10"]) == (6, 6, 1)
    assert views["protocol"] == "product to product, other view"
    titles = command(dataset, "--protocol", "titles")
    assert (titles["queries"], titles["recall@5"]) == (3, 1)


def test_too_few_pictures_for_a_kind_of_index_are_told(dataset: Path) -> None:
    with pytest.raises(SparkVisionError, match="An index of kind hnsw wants at least 1,000 pictures"):
        command(dataset, "--kind", "hnsw")


def test_worse_photos_and_the_time_of_look_ups_are_tables(dataset: Path) -> None:
    figures = command(dataset, "--robustness", "--latency")
    names = {row["photos"] for row in figures["robustness"]}
    assert names >= {"blurred", "darkened", "small in the frame"}
    first = figures["robustness"][0]
    assert first["difference"] == first["made worse"] - first["as they are"]
    stages = {row["stage"]: row for row in figures["latency"]}
    assert {"decode", "prepare", "forward", "search", "total"} <= stages.keys()
    assert all(0 <= row["p50 (ms)"] <= row["p99 (ms)"] for row in stages.values())
    plain_table = CliRunner().invoke(app, ["evaluate", str(dataset), "--latency"])
    assert "open_set_auroc" in plain_table.stdout
    assert "forward" in plain_table.stdout


def test_a_shop_of_single_pictures_has_no_other_views(shelf: Shelf, dataset: Path) -> None:
    shelf.rows = [{**row, "additional_image_link": ""} for row in shelf.rows]
    assert shelf.feed
    with pytest.raises(SparkVisionError, match="no product has two pictures"):
        command(dataset, "--protocol", "views")


def test_a_saved_run_becomes_a_page(dataset: Path, tmp_path: Path) -> None:
    command(dataset, "--save", tmp_path / "run")
    page = tmp_path / "pages" / "report.html"
    done = CliRunner().invoke(app, ["report", str(tmp_path / "run"), "--html", str(page), "--no-map"])
    assert done.exit_code == 0, done.output
    text = page.read_text()
    assert "<h1>fake on shop, split test</h1>" in text
    assert "data:image/webp" in text
    missing = CliRunner().invoke(app, ["report", str(tmp_path / "none"), "--html", str(page)])
    assert isinstance(missing.exception, SparkVisionError)


def test_items_are_held_against_boxes(dataset: Path, tmp_path: Path) -> None:
    figures = command(dataset, "--protocol", "items")
    assert figures["protocol"] == "items against boxes"
    assert (figures["photos"], figures["boxes"], figures["products"]) == (4, 1, 3)
    assert {"located", "found@5", "wrong_items", "silent", "average_precision"} <= figures.keys()
    assert figures["confidence_intervals"].keys() >= {"located", "found@5"}
    shown = CliRunner().invoke(app, ["evaluate", str(dataset), "--protocol", "items"])
    assert "fake: 1 boxes in 4 photos, 3 products, split test; no probabilities" in shown.stdout
    assert "found@5_large" in shown.stdout
    with pytest.raises(SparkVisionError, match="Items keep no run"):
        command(dataset, "--protocol", "items", "--save", tmp_path / "run")
    photos = dataset / "photos.csv"
    photos.write_text(photos.read_text().replace("0,0,1,.5", ",,,"))
    with pytest.raises(SparkVisionError, match="has no boxes"):
        command(dataset, "--protocol", "items")


def test_a_page_shows_the_photos_of_a_dataset_that_was_named_by_a_relative_path(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(dataset.parent)
    command(dataset.name, "--save", tmp_path / "run")
    page = tmp_path / "report.html"
    done = CliRunner().invoke(app, ["report", str(tmp_path / "run"), "--html", str(page), "--no-map"])
    assert done.exit_code == 0, done.output
    assert "none.png" in page.read_text()  # the photo of nothing, for which any answer is wrong
    assert "no picture" not in page.read_text()
