"""Reading what to train on: dataset folders (catalogue and photos) and folders of labelled photos."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spark_vision.training.errors import TrainingError

SHOP_NAME = "shop"
"""Of the products of a shop, in their keys, where those of a data set have its folder's name."""


@dataclass(frozen=True)
class Product:
    """One catalogue row, as far as training needs it; ``key`` is unique over all folders."""

    key: str
    title: str
    description: str
    category_path: str
    colour: str
    gender: str
    picture: Path

    @property
    def category(self) -> str:
        """The last part of the category path, in lower case: "casual shoes"."""
        return self.category_path.split(">")[-1].strip().lower()


@dataclass(frozen=True)
class Photo:
    """A photo of one catalogue product; ``split`` is what the data set says, such as "train"."""

    path: Path
    product_key: str
    split: str


@dataclass(frozen=True)
class LabelledPhoto:
    """A photo of which only the category is known."""

    path: Path
    label: str
    split: str


@dataclass(frozen=True)
class DatasetFolder:
    """A catalogue and the photos of its products."""

    name: str
    products: tuple[Product, ...]
    photos: tuple[Photo, ...]


def read_dataset_folder(folder: Path) -> DatasetFolder:
    """Read ``catalogue.csv`` and, where there is one, ``photos.csv``.

    Photos with no product or with several are left out: they teach no single match.

    Raises:
        TrainingError: the catalogue is missing.
    """
    name = folder.name
    products = tuple(_product(folder, row) for row in _rows(folder / "catalogue.csv"))
    photos_file = folder / "photos.csv"
    photos = tuple(_photos(folder, photos_file)) if photos_file.exists() else ()
    return DatasetFolder(name, products, photos)


def read_labelled_folder(folder: Path) -> tuple[LabelledPhoto, ...]:
    """Read ``labels.csv`` with its columns photo, category, split.

    Raises:
        TrainingError: the file is missing.
    """
    return tuple(
        LabelledPhoto(folder / row["photo"], row["category"], row["split"])
        for row in _rows(folder / "labels.csv")
    )


def _product(folder: Path, row: dict[str, str]) -> Product:
    return Product(
        key=f"{folder.name}/{row['id']}",
        title=row["title"],
        description=row.get("description", ""),
        category_path=row.get("product_type", ""),
        colour=row.get("color", ""),
        gender=row.get("gender", ""),
        picture=folder / row["image_link"],
    )


def _photos(folder: Path, file: Path) -> Iterator[Photo]:
    for row in _rows(file):
        if row["product_ids"] and "|" not in row["product_ids"]:
            key = f"{folder.name}/{row['product_ids']}"
            yield Photo(folder / row["photo"], key, row["split"])


def _rows(file: Path) -> list[dict[str, str]]:
    if not file.exists():
        raise TrainingError(f"no {file.name} in {file.parent}")
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
