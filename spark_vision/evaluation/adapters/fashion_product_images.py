"""Fashion Product Images (P. Aggarwal, Kaggle), full or small.

    styles.csv     id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,
                   productDisplayName
    images/1163.jpg

There are no splits and no photos by users. Protocol, as others report it for text to image ("KAGL"): each
title is looked up among all pictures; right are the products that bear it (`--protocol titles`). Asked for
photos, each picture is looked up among all others: right are those of the same article type and colour,
which is a weaker question. Some titles of the published file have commas without quotes around them, so that
a row may be too long: what is too much belongs to the title. Rows without a picture file (a few published
ones are) are left out.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from spark_vision.core.errors import DatasetError
from spark_vision.core.product import Product
from spark_vision.evaluation.adapters.lines import chosen
from spark_vision.evaluation.datasets import Dataset, Query

MARK = ("styles.csv", "images")
SPLITS = ("all",)

_COLUMNS = (
    "id",
    "gender",
    "masterCategory",
    "subCategory",
    "articleType",
    "baseColour",
    "season",
    "year",
    "usage",
    "productDisplayName",
)


def read(folder: Path, split: str | None = None) -> Dataset:
    """Read all products; raises DatasetError naming file and line."""
    wanted = chosen(split, SPLITS, "all", folder)
    held = list(_products(folder))
    if not held:
        raise DatasetError(f"{folder / 'styles.csv'}: of its products no picture is in images.")
    alike: dict[tuple[str, str], set[str]] = {}
    for _, product in held:
        alike.setdefault((product.product_type, product.color), set()).add(product.id)
    queries = tuple(
        Query(
            photo=folder / product.images[0],
            box=None,
            relevant=frozenset(alike[product.product_type, product.color] - {product.id}),
            split=wanted,
            line=line,
            excluded=frozenset({product.id}),
        )
        for line, product in held
    )
    products = tuple(product for _, product in held)
    ids = frozenset(product.id for product in products)
    return Dataset(folder, ids, queries, products, "product to product, same type and colour")


def _products(folder: Path) -> Iterator[tuple[int, Product]]:
    path = folder / "styles.csv"
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror}).") from error
    reader = csv.reader(text.splitlines())
    header = next(reader, [])
    if tuple(header[: len(_COLUMNS)]) != _COLUMNS:
        raise DatasetError(f"{path}, line 1: the header is not {','.join(_COLUMNS)}.")
    for cells in reader:
        if len(cells) < len(_COLUMNS):
            raise DatasetError(
                f"{path}, line {reader.line_num}: has {len(cells)} cells, not {len(_COLUMNS)}."
            )
        image = f"images/{cells[0]}.jpg"
        if cells[0].isdecimal() and (folder / image).is_file():
            yield reader.line_num, _product(cells, image)


def _product(cells: list[str], image: str) -> Product:
    return Product(
        id=cells[0],
        title=",".join(cells[len(_COLUMNS) - 1 :]).strip(),
        images=(image,),
        product_type=" > ".join(cells[2:5]),
        color=cells[5],
        gender=cells[1].lower(),
    )
