"""The catalogue team's options from the outside: filters, a version beside the live one, two models."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from spark_vision.index.calibrations import keep_calibration
from spark_vision.index.versions import VersionStore

COLOURS = {"red": (220, 30, 30), "green": (30, 160, 50), "blue": (40, 70, 220)}


def run(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SPARK_VISION_MODEL": "fake", "SPARK_VISION_INDEX_DIR": "index", **settings}
    command = [sys.executable, "-W", "error", "-m", "spark_vision.cli", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)


def document(*arguments: str, cwd: Path) -> Any:
    done = run(*arguments, "--json", cwd=cwd)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with (tmp_path / "catalogue.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "image_link", "product_type", "price", "brand"])
        for number, (name, colour) in enumerate(COLOURS.items()):
            Image.new("RGB", (40, 30), colour).save(tmp_path / f"{name}.png")
            row = [f"m{number}", f"{name} mug", f"{name}.png", "Home > Mugs", f"{9 + number}.00 EUR", name]
            writer.writerow(row)
    assert run("index", "build", "catalogue.csv", cwd=tmp_path).returncode == 0
    return tmp_path


def test_look_ups_answer_with_what_the_conditions_allow(shop: Path) -> None:
    answer = document("search", "a blue mug", "--only", "price=..10EUR", cwd=shop)
    assert {found["product_id"] for found in answer["suggestions"]} == {"m0", "m1"}
    seen = document("suggest", "blue.png", "--only", "brand=RED", "--only", "category=home", cwd=shop)
    assert [found["product_id"] for found in seen["items"][0]["suggestions"]] == ["m0"]
    none = document("search", "mug", "--only", "brand=nobody", cwd=shop)
    assert none["no_match"]["reason"] == "filtered_out"


@pytest.mark.parametrize(
    "condition", ["brand", "mood=good", "price=cheap", "price=9..8", "availability=maybe"]
)
def test_a_condition_that_is_none_is_told(shop: Path, condition: str) -> None:
    done = run("search", "mug", "--only", condition, cwd=shop)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("spark-vision: ")


def test_a_version_can_be_made_beside_the_live_one(shop: Path) -> None:
    live = document("index", "list", cwd=shop)["live"]
    beside = document("index", "build", "catalogue.csv", "--no-live", cwd=shop)
    assert beside["outcome"] == "beside"
    assert document("index", "list", cwd=shop)["live"] == live
    assert run("index", "activate", beside["version"], cwd=shop).returncode == 0


def test_show_names_the_feed_and_the_page_of_the_run(shop: Path) -> None:
    shown = document("index", "show", cwd=shop)
    assert len(shown["feed_digest"]) == 64
    assert (shop / shown["run_page"]).is_file()
    assert shown["index_time"] == shown["finished"]
    assert shown["calibration"] is None


def test_show_tells_what_probabilities_were_fitted_on(shop: Path) -> None:
    assert "not fitted to this shop" in run("index", "show", cwd=shop).stdout
    store = VersionStore(shop / "index")
    keep_calibration(
        store.folder(store.live()), {"fitted_on": "last week's photos", "figures": {"ece": 0.03}}
    )
    assert "fitted on last week's photos" in run("index", "show", cwd=shop).stdout
    fit = {"fitted_on": "last week's photos", "figures": {"ece": 0.03}}
    assert document("index", "show", cwd=shop)["calibration"] == fit


def test_two_models_are_compared_on_the_same_photos(shop: Path) -> None:
    (shop / "photos.csv").write_text("photo,product_ids,split\nred.png,m0,test\nblue.png,m2,test\n")
    compared = document("evaluate", ".", "--against", "fake", cwd=shop)
    assert [figures["model"] for figures in compared["models"]] == ["fake", "fake"]
    assert compared["difference"]["recall@1"] == 0


def test_a_misspelt_network_is_told(shop: Path) -> None:
    networks = json.dumps(["10.0.0.0/33"])
    done = run("index", "update", "catalogue.csv", cwd=shop, SPARK_VISION_PICTURE_NETWORKS=networks)
    assert done.returncode == 2
    assert "PICTURE_NETWORKS" in done.stderr
