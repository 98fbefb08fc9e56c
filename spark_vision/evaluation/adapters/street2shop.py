"""Exact Street2Shop (Hadi Kiapour et al., ICCV 2015): `meta.zip`, and the photos that its list names.

    meta/json/retrieval_dresses.json     [{"photo": 163478, "product": 1}, …], all shop photos of a category
    meta/json/test_pairs_dresses.json    [{"photo": 1, "product": 1, "bbox": {"left", "top", "width",
                                         "height"}}, …], street photos
    images/163478.jpg                    photos by number (zeros before it are fine)

Splits: the published categories (dresses, tops, …), each with its test pairs. Protocol: each street photo,
cut at its box, is looked up among the products of its category; right is its product, found by any photo.
The paper ranks shop items in the same way. Many of the photos' addresses are dead: pairs and shop photos
without a file are left out, and the protocol's line in the record says how many were.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spark_vision.core.errors import DatasetError
from spark_vision.core.product import Product
from spark_vision.evaluation.adapters.lines import first_of, pixel_box
from spark_vision.evaluation.datasets import Dataset, Query
from spark_vision.media.files import is_picture_name

MARK = ("meta/json", "json")


def categories(folder: Path) -> tuple[str, ...]:
    """The categories that have both files."""
    names = first_of(folder, *MARK).glob("retrieval_*.json")
    found = sorted(path.stem.removeprefix("retrieval_") for path in names)
    return tuple(name for name in found if (first_of(folder, *MARK) / f"test_pairs_{name}.json").is_file())


def read(folder: Path, split: str | None = None) -> Dataset:
    """Read one category; raises DatasetError naming the file and the entry."""
    known = categories(folder)
    if split not in known:
        raise DatasetError(
            f"{folder}: Street2Shop is evaluated one category at a time; choose a --split of "
            f"{', '.join(known)}."
        )
    meta = first_of(folder, *MARK)
    photos = _photos(folder)
    listed: dict[str, list[str]] = {}
    missing = 0
    for entry in _entries(meta / f"retrieval_{split}.json", ("photo", "product")):
        image = photos.get(int(entry["photo"]))
        missing += image is None
        if image is not None:
            listed.setdefault(str(entry["product"]), []).append(image)
    products = tuple(
        Product(id=name, title=f"{split} {name}", images=tuple(images), product_type=split)
        for name, images in listed.items()
    )
    pairs = list(_entries(meta / f"test_pairs_{split}.json", ("photo", "product", "bbox")))
    queries = tuple(_queries(folder, pairs, photos, frozenset(listed), split))
    if not queries:
        raise DatasetError(f"{folder}: of the test pairs of {split} no photo is there; download them first.")
    told = (
        f"street photo to product; without a file: {missing} shop photos, {len(pairs) - len(queries)} pairs"
    )
    return Dataset(folder, frozenset(listed), queries, products, told)


def _queries(
    folder: Path, pairs: list[dict[str, Any]], photos: dict[int, str], held: frozenset[str], split: str
) -> Iterator[Query]:
    for number, pair in enumerate(pairs, start=1):
        image = photos.get(int(pair["photo"]))
        right = str(pair["product"])
        if image is None or right not in held:
            continue
        box = pair["bbox"]
        left, top = float(box["left"]), float(box["top"])
        corners = (left, top, left + float(box["width"]), top + float(box["height"]))
        photo = folder / image
        yield Query(photo, pixel_box(photo, *corners), frozenset({right}), split, number)


def _photos(folder: Path) -> dict[int, str]:
    """Paths of pictures, relative to the folder, by number."""
    place = first_of(folder, "images", "photos")
    return {
        int(path.stem): path.relative_to(folder).as_posix()
        for path in sorted(place.rglob("*"))
        if path.stem.isdecimal() and is_picture_name(path)
    }


def _entries(path: Path, fields: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    try:
        entries = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: cannot be read ({error}).") from error
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or (lacking := [name for name in fields if name not in entry]):
            raise DatasetError(f"{path}, entry {number}: has no {lacking[0] if entry else 'fields'}.")
        yield entry
