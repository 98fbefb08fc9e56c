"""DeepFashion Consumer-to-shop Clothes Retrieval (Liu et al., CVPR 2016), with its own README's layout.

    Eval/list_eval_partition.txt       count; header; `img/…/comsumer_01.jpg img/…/shop_01.jpg id_… test`
    Anno/list_bbox_consumer2shop.txt   count; header; `img/… clothes_type source_type x_1 y_1 x_2 y_2`
    Img/img/…                          the pictures (or img/… beside the list)

Splits as published: train, val, test (usual). Protocol: each consumer photo of the split, cut at its box
where the list of boxes is there, is looked up among the shop pictures of val and test (of train for train);
right are the shop pictures of its item. What is ranked are pictures, whole.
"""

from pathlib import Path

from spark_vision.core.errors import DatasetError
from spark_vision.core.geometry import Box
from spark_vision.core.product import Product
from spark_vision.evaluation.adapters.lines import (
    Line,
    chosen,
    first_of,
    pixel_box,
    read_lines,
    relative_picture,
)
from spark_vision.evaluation.datasets import Dataset, Query

LIST = ("Eval/list_eval_partition.txt", "list_eval_partition.txt")
COLUMNS = ("image_pair_name_1", "image_pair_name_2", "item_id", "evaluation_status")
SPLITS = ("train", "val", "test")

_BOXES = ("Anno/list_bbox_consumer2shop.txt", "list_bbox_consumer2shop.txt")


def read(folder: Path, split: str | None = None) -> Dataset:
    """Read one split; raises DatasetError naming file and line."""
    wanted = chosen(split, SPLITS, "test", folder)
    lines = list(read_lines(first_of(folder, *LIST), columns=4, headers=2))
    base = first_of(folder, "Img", ".")
    held = ("train",) if wanted == "train" else ("val", "test")
    shops: dict[str, dict[str, Line]] = {}
    consumers: dict[str, Line] = {}
    for line in lines:
        if line.cells[3] in held:
            shops.setdefault(line.cells[2], {}).setdefault(line.cells[1], line)
        if line.cells[3] == wanted:
            consumers.setdefault(line.cells[0], line)
    if not consumers:
        raise DatasetError(f"{first_of(folder, *LIST)}: it lists no {wanted} pairs.")
    products = tuple(
        _product(name, line, base, folder) for of_item in shops.values() for name, line in of_item.items()
    )
    boxes = _boxes(folder)
    queries = tuple(_query(line, base, frozenset(shops[line.cells[2]]), boxes) for line in consumers.values())
    ids = frozenset(product.id for product in products)
    return Dataset(folder, ids, queries, products, "consumer photo to shop picture")


def _product(name: str, line: Line, base: Path, folder: Path) -> Product:
    picture = relative_picture(line, base, name)
    steps = [part.replace("_", " ") for part in picture.split("/")[1:-2]]
    image = (base / picture).relative_to(folder).as_posix()
    return Product(id=picture, title=line.cells[2], images=(image,), product_type=" > ".join(steps))


def _query(line: Line, base: Path, relevant: frozenset[str], boxes: dict[str, tuple[float, ...]]) -> Query:
    photo = base / relative_picture(line, base, line.cells[0])
    corners = boxes.get(line.cells[0])
    box: Box | None = None if corners is None else pixel_box(photo, *corners)
    return Query(photo, box, relevant, line.cells[3], line.number)


def _boxes(folder: Path) -> dict[str, tuple[float, ...]]:
    """Corners in pixels by picture; none where the list is not there."""
    path = first_of(folder, *_BOXES)
    if not path.is_file():
        return {}
    found: dict[str, tuple[float, ...]] = {}
    for line in read_lines(path, columns=7, headers=2):
        try:
            found[line.cells[0]] = tuple(float(cell) for cell in line.cells[3:])
        except ValueError as error:
            raise line.error(f"{error}.") from error
    return found
