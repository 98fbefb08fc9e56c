"""Square brackets and colons in ids, names and paths: Rich would take them for markup and for emoji."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from spark_vision.cli.app import main

Said = Callable[..., str]
NAMES = ("[/x]", "SKU[red]1", "mug:cat:2")


@pytest.fixture
def spark_vision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command that works says on both streams."""
    folder = tmp_path / "[/2024]"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SPARK_VISION_MODEL", "fake")
    monkeypatch.setenv("SPARK_VISION_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("SPARK_VISION_DATABASE_URL", "")

    def said(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["spark-vision", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == 0
        return "".join(capsys.readouterr())

    return said


def test_ids_and_paths_are_shown_as_they_are(spark_vision: Said) -> None:
    Image.new("RGB", (9, 9)).save("red.png")
    with Path("catalogue.csv").open("w", newline="") as file:
        rows = [(name, "Mug", f"{number}.png") for number, name in enumerate(NAMES)]
        csv.writer(file).writerows([("id", "title", "image_link"), ("m1", "Mug", "red.png"), *rows])
    built = spark_vision("index", "build", "catalogue.csv")
    assert all(name in built for name in NAMES)
    assert "/[/2024]/catalogue.csv" in spark_vision("index", "show")


def test_names_of_people_are_shown_as_they_are(spark_vision: Said) -> None:
    for name in NAMES:
        assert name in spark_vision("users", "add", name, "--role", "poster")
    listed = spark_vision("users", "list")
    assert all(name in listed for name in NAMES)


def test_the_place_of_the_photos_is_shown_as_it_is(spark_vision: Said) -> None:
    assert "/[/2024]/data/photos" in spark_vision("store", "check")
