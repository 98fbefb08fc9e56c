"""Any dataset by its folder: what is in it tells which one it is."""

from collections.abc import Callable
from pathlib import Path

from spark_vision.core.errors import DatasetError
from spark_vision.evaluation.adapters import (
    consumer_to_shop,
    fashion_product_images,
    grocery_store,
    in_shop,
    online_products,
    street2shop,
)
from spark_vision.evaluation.adapters.lines import first_of
from spark_vision.evaluation.datasets import Dataset, read_catalogue, read_dataset

Read = Callable[[Path, str | None], Dataset]

READERS: dict[str, Read] = {
    "catalogue": lambda folder, split: read_catalogue(folder),
    "folder": lambda folder, split: read_dataset(folder).only(split),
    "grocery-store": grocery_store.read,
    "online-products": online_products.read,
    "in-shop": in_shop.read,
    "consumer-to-shop": consumer_to_shop.read,
    "street2shop": street2shop.read,
    "fashion-product-images": fashion_product_images.read,
}


def open_dataset(folder: Path, split: str | None = None) -> Dataset:
    """Read a dataset folder, or a public dataset as it is published.

    A folder with a catalogue alone has no photos, but titles and views to look up.
    split: None for all of a dataset folder, and for what is usually reported of a public dataset.
    Raises DatasetError where it is none of them, or a file of it is wrong.
    """
    return READERS[recognise(folder)](folder, split)


def recognise(folder: Path) -> str:
    """Which of READERS a folder is for; raises DatasetError where it is none."""
    if (folder / "photos.csv").is_file():
        return "folder"
    if (folder / "catalogue.csv").is_file():
        return "catalogue"
    marks = {
        "grocery-store": grocery_store.MARK,
        "online-products": online_products.MARK,
        "fashion-product-images": fashion_product_images.MARK,
    }
    for name, mark in marks.items():
        if all((folder / each).exists() for each in mark):
            return name
    if (partition := first_of(folder, *in_shop.LIST)).is_file():
        return _deep_fashion(partition)
    if street2shop.categories(folder):
        return "street2shop"
    public = ", ".join(name for name in READERS if name not in ("catalogue", "folder"))
    raise DatasetError(
        f"{folder}: this is no dataset; a dataset is a folder with catalogue.csv and photos.csv, or one of "
        f"{public}, unpacked as published."
    )


def _deep_fashion(partition: Path) -> str:
    """The two benchmarks' lists have one name and differ in their columns."""
    with partition.open(encoding="utf-8-sig", errors="replace") as file:
        header = tuple([*file.readlines(4096), "", ""][1].split())
    if header == in_shop.COLUMNS:
        return "in-shop"
    if header == consumer_to_shop.COLUMNS:
        return "consumer-to-shop"
    raise DatasetError(
        f"{partition}, line 2: the header is neither {' '.join(in_shop.COLUMNS)} (In-shop) nor "
        f"{' '.join(consumer_to_shop.COLUMNS)} (Consumer-to-shop)."
    )
