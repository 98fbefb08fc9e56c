"""Grocery Store Dataset (Klasson et al., WACV 2019), as in its repository's folder `dataset`.

    classes.csv                        class name and id, coarse class, path of the iconic image
    train.txt, val.txt, test.txt       `train/Fruit/Apple/Granny-Smith/Granny-Smith_001.jpg, 1, 0`
    iconic-images-and-descriptions/    one catalogue picture and a description a class

Splits as published: train, val, test (usual). Protocol: each photo finds the iconic image of its class among
all 81. The paper classifies; it does not retrieve, so that its accuracies are of models that saw photos of
every class.
"""

from pathlib import Path

from spark_vision.core.errors import DatasetError
from spark_vision.core.product import Product
from spark_vision.evaluation.adapters.lines import Line, chosen, read_lines, relative_picture
from spark_vision.evaluation.datasets import Dataset, Query
from spark_vision.evaluation.tables import read_rows

MARK = ("classes.csv", "iconic-images-and-descriptions")
SPLITS = ("train", "val", "test")

_NAME, _ID, _COARSE, _ICONIC, _DESCRIPTION = (
    "class name (str)",
    "class id (int)",
    "coarse class name (str)",
    "iconic image path (str)",
    "product description path (str)",
)


def read(folder: Path, split: str | None = None) -> Dataset:
    """Read one split; raises DatasetError naming file and line."""
    wanted = chosen(split, SPLITS, "test", folder)
    names: dict[str, str] = {}
    products = []
    for row in read_rows(folder / "classes.csv", (_NAME, _ID, _COARSE, _ICONIC)):
        product = _product(
            folder, row.cell(_NAME), row.cell(_COARSE), row.cell(_ICONIC), row.cell(_DESCRIPTION)
        )
        names[row.cell(_ID)] = product.id
        products.append(product)
    listed = read_lines(folder / f"{wanted}.txt", columns=3, headers=0, separator=",")
    queries = tuple(_query(line, folder, names, wanted) for line in listed)
    if not queries:
        raise DatasetError(f"{folder / wanted}.txt: there are no photos in it.")
    return Dataset(folder, frozenset(names.values()), queries, tuple(products))


def _product(folder: Path, name: str, coarse: str, iconic: str, description: str) -> Product:
    # `/iconic-images-and-descriptions/Fruit/Apple/…`: absolute within the dataset.
    image = iconic.lstrip("/")
    kind = image.split("/")[1] if image.count("/") > 1 else ""
    steps = dict.fromkeys(part.replace("-", " ") for part in ("Grocery", kind, coarse) if part)
    return Product(
        id=name,
        title=name.replace("-", " "),
        images=(image,),
        description=_text(folder / description.lstrip("/")) if description else "",
        product_type=" > ".join(steps),
    )


def _text(path: Path) -> str:
    """A description; one class of the published files names a file that is not there."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _query(line: Line, folder: Path, names: dict[str, str], split: str) -> Query:
    photo, class_id, _ = line.cells
    if class_id not in names:
        raise line.error(f"there is no class {class_id!r} in classes.csv.")
    path = folder / relative_picture(line, folder, photo)
    return Query(path, None, frozenset({names[class_id]}), split, line.number)
