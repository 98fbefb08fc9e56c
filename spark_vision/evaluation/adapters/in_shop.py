"""DeepFashion In-shop Clothes Retrieval (Liu et al., CVPR 2016), with its own README's layout.

    Eval/list_eval_partition.txt       count; header; `img/WOMEN/Dresses/id_…/02_1_front.jpg id_… query`
    Img/img/…                          the pictures (or img/… beside the list)

Splits as published: train; query and gallery are the two sides of the test (usual: query). Protocol: each
query picture is looked up among all 12,612 gallery pictures; right are those of the same item. What is
ranked are pictures, so that recall@k is the published top-k accuracy.
"""

from pathlib import Path

from spark_vision.core.errors import DatasetError
from spark_vision.core.product import Product
from spark_vision.evaluation.adapters.lines import Line, chosen, first_of, read_lines, relative_picture
from spark_vision.evaluation.datasets import Dataset, Query

LIST = ("Eval/list_eval_partition.txt", "list_eval_partition.txt")
COLUMNS = ("image_name", "item_id", "evaluation_status")
SPLITS = ("query", "train")


def read(folder: Path, split: str | None = None) -> Dataset:
    """Read the queries with the gallery, or the training pictures with one another."""
    wanted = chosen(split, SPLITS, "query", folder)
    lines = list(read_lines(first_of(folder, *LIST), columns=3, headers=2))
    base = first_of(folder, "Img", ".")
    asked = [line for line in lines if line.cells[2] == wanted]
    held = asked if wanted == "train" else [line for line in lines if line.cells[2] == "gallery"]
    if not asked or not held:
        raise DatasetError(f"{first_of(folder, *LIST)}: it lists no {wanted} pictures, or no gallery.")
    of_item: dict[str, set[str]] = {}
    products = []
    for line in held:
        product = _product(line, base, folder)
        of_item.setdefault(line.cells[1], set()).add(product.id)
        products.append(product)
    queries = tuple(_query(line, base, of_item, wanted) for line in asked)
    ids = frozenset(product.id for product in products)
    return Dataset(folder, ids, queries, tuple(products), "product to product, other picture")


def _product(line: Line, base: Path, folder: Path) -> Product:
    name = relative_picture(line, base, line.cells[0])
    parts = name.split("/")  # img/WOMEN/Dresses/id_00000002/02_1_front.jpg
    steps = [part.replace("_", " ") for part in parts[1:-2]]
    image = (base / name).relative_to(folder).as_posix()
    return Product(id=name, title=line.cells[1], images=(image,), product_type=" > ".join(steps))


def _query(line: Line, base: Path, of_item: dict[str, set[str]], split: str) -> Query:
    name = relative_picture(line, base, line.cells[0])
    itself = frozenset({name})
    relevant = frozenset(of_item.get(line.cells[1], set())) - itself
    return Query(base / name, None, relevant, split, line.number, excluded=itself)
