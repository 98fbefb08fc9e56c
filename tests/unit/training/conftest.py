"""A made-up world of coloured squares, small enough to train on in a moment."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

COLOURS = {"red": (200, 30, 30), "green": (30, 180, 40), "blue": (40, 60, 200), "yellow": (220, 210, 40)}
CATALOGUE_COLUMNS = ("id", "title", "description", "image_link", "product_type", "color", "gender")


def write_table(path: Path, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows(rows)


def paint(path: Path, colour: tuple[int, int, int], size: tuple[int, int] = (48, 40)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", size, (255, 255, 255))
    image.paste(colour, (8, 8, size[0] - 8, size[1] - 8))
    image.save(path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for name, kind in (("fashion", "Shirts"), ("grocery", "Apple")):
        rows = []
        for number, (colour, rgb) in enumerate(COLOURS.items()):
            paint(folder / name / f"images/{number}.png", rgb)
            title = f"{colour} {kind} {number}"
            rows.append((f"{number}", title, "", f"images/{number}.png", f"All > {kind}", colour, "male"))
        write_table(folder / name / "catalogue.csv", CATALOGUE_COLUMNS, rows)
    photos = []
    for number, rgb in enumerate(COLOURS.values()):
        for split in ("train", "val"):
            paint(folder / f"grocery/photos/{split}-{number}.png", rgb, (40, 48))
            photos.append((f"photos/{split}-{number}.png", f"{number}", split))
    photos.append(("photos/none.png", "", "train"))
    write_table(folder / "grocery/photos.csv", ("photo", "product_ids", "split"), photos)
    labels = []
    for split in ("train", "validation"):
        paint(folder / f"clothing/photos/{split}.png", (90, 90, 90))
        labels.append((f"photos/{split}.png", "hat", split))
    write_table(folder / "clothing/labels.csv", ("photo", "category", "split"), labels)
    return folder
