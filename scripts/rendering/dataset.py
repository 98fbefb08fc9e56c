"""The data set folder: the feed, the photos' labels, and the words that go with them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from scripts.rendering.plans import PhotoPlan
from scripts.rendering.products import Product
from scripts.rendering.scenes import Scene
from scripts.rendering.shots import Quality
from scripts.rendering.studio import StudioRecipe
from scripts.rendering.tasks import Outcome, Task

CATALOGUE_COLUMNS = (
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "additional_image_link",
    "price",
    "availability",
    "brand",
    "product_type",
    "color",
    "material",
    "pattern",
    "item_group_id",
)
PHOTO_COLUMNS = ("photo", "product_ids", "split", "x", "y", "width", "height")
BRAND = "Spark Homeware"


def catalogue_tasks(products: Sequence[Product], quality: Quality, size: int) -> list[Task]:
    """The catalogue pictures of all products, `size` pixels square."""
    return [
        Task(picture, StudioRecipe(product.look, view, size), quality)
        for product in products
        for view, picture in enumerate(pictures_of(product))
    ]


def photo_tasks(plans: Sequence[PhotoPlan], quality: Quality, size: int) -> list[Task]:
    """The photos of all plans, `size` pixels along their longer side."""
    return [Task(plan.photo, _sized(plan.scene, size), quality) for plan in plans]


def pictures_of(product: Product) -> list[str]:
    """The paths of a product's catalogue pictures, the main one first."""
    return [f"images/{product.id}-{view + 1}.jpg" for view in range(product.views)]


def write_catalogue(products: Sequence[Product], out: Path) -> None:
    """Write catalogue.csv, with the attribute names of a Google Merchant feed."""
    _write(out / "catalogue.csv", CATALOGUE_COLUMNS, (_catalogue_row(p) for p in products))


def write_photos(plans: Sequence[PhotoPlan], outcomes: Mapping[str, Outcome], out: Path) -> int:
    """Write photos.csv, one row a box; return how many photos were left out.

    A photo that was to show products, but shows none well enough for a label, is left out: it
    would be no fair example of a photo without products. So is one that is not rendered.
    """
    rows: list[tuple[str, ...]] = []
    left_out = 0
    for plan in plans:
        outcome = outcomes.get(plan.photo)
        meant = any(place.product_id for place in plan.scene.placements)
        if outcome is None or (meant and not outcome.boxes):
            left_out += 1
            continue
        rows += _photo_rows(plan, outcome)
    _write(out / "photos.csv", PHOTO_COLUMNS, rows)
    return left_out


def _photo_rows(plan: PhotoPlan, outcome: Outcome) -> list[tuple[str, ...]]:
    if not outcome.boxes:
        return [(plan.photo, "", plan.split, "", "", "", "")]
    return [
        (plan.photo, name, plan.split, *(f"{value:.5f}" for value in (box.x, box.y, box.width, box.height)))
        for name, box in outcome.boxes
    ]


def _catalogue_row(product: Product) -> tuple[str, ...]:
    first, *more = pictures_of(product)
    return (
        product.id,
        product.title,
        product.description,
        f"https://shop.example/p/{product.id}",
        first,
        ",".join(more),
        product.price,
        "in_stock" if product.in_stock else "out_of_stock",
        BRAND,
        product.product_type,
        product.colour,
        product.material,
        product.pattern,
        product.group,
    )


def _sized(scene: Scene, size: int) -> Scene:
    longer = max(scene.camera.width, scene.camera.height)
    camera = replace(
        scene.camera,
        width=round(scene.camera.width * size / longer),
        height=round(scene.camera.height * size / longer),
    )
    return replace(scene, camera=camera)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
