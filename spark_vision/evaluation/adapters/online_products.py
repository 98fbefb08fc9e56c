"""Stanford Online Products (Oh Song et al., CVPR 2016), as `Stanford_Online_Products` unpacks.

    Ebay_train.txt, Ebay_test.txt      `image_id class_id super_class_id path`, a header line first
    bicycle_final/…                    the pictures

Splits as published: train (11,318 products), test (usual; 11,316 products, 60,502 pictures). Protocol: each
picture of the split is looked up among all other pictures of the split; right is any other picture of its
product. What is ranked are pictures, so that recall@k is the published Recall@k.
"""

from pathlib import Path

from spark_vision.core.errors import DatasetError
from spark_vision.core.product import Product
from spark_vision.evaluation.adapters.lines import Line, chosen, read_lines, relative_picture
from spark_vision.evaluation.datasets import Dataset, Query

MARK = ("Ebay_train.txt", "Ebay_test.txt")
SPLITS = ("train", "test")


def read(folder: Path, split: str | None = None) -> Dataset:
    """Read one split; raises DatasetError naming file and line."""
    wanted = chosen(split, SPLITS, "test", folder)
    lines = list(read_lines(folder / f"Ebay_{wanted}.txt", columns=4, headers=1))
    if not lines:
        raise DatasetError(f"{folder}/Ebay_{wanted}.txt: there are no pictures in it.")
    pictures = [relative_picture(line, folder, line.cells[3]) for line in lines]
    of_class: dict[str, set[str]] = {}
    for line, picture in zip(lines, pictures, strict=True):
        of_class.setdefault(line.cells[1], set()).add(picture)
    pairs = list(zip(lines, pictures, strict=True))
    products = tuple(_product(line, picture) for line, picture in pairs)
    queries = tuple(
        Query(
            photo=folder / picture,
            box=None,
            relevant=frozenset(of_class[line.cells[1]] - {picture}),
            split=wanted,
            line=line.number,
            excluded=frozenset({picture}),
        )
        for line, picture in pairs
    )
    return Dataset(folder, frozenset(pictures), queries, products, "product to product, other picture")


def _product(line: Line, picture: str) -> Product:
    kind = picture.split("/")[0].removesuffix("_final").replace("_", " ")
    title = f"{kind} {line.cells[1]}"
    return Product(id=picture, title=title, images=(picture,), product_type=kind)
