"""Who is trained on and who only measured: by product or by photo, seeded, without leaks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spark_vision.training.folders import (
    DatasetFolder,
    LabelledPhoto,
    Photo,
    Product,
    read_dataset_folder,
    read_labelled_folder,
)


@dataclass(frozen=True)
class SplitPlan:
    """How many products are left out of training, wholly: pictures, photos and texts."""

    fashion_left_out: int = 1500
    groceries_left_out: int = 0
    seed: int = 2026


@dataclass(frozen=True)
class Material:
    """What may be learnt from: products with a picture each, photos of them, photos with a label alone."""

    products: tuple[Product, ...]
    photos: tuple[Photo, ...] = ()
    labelled: tuple[LabelledPhoto, ...] = ()

    def plus(self, other: Material) -> Material:
        """All of it, and then all of the other."""
        return Material(
            (*self.products, *other.products),
            (*self.photos, *other.photos),
            (*self.labelled, *other.labelled),
        )

    def paths(self) -> list[Path]:
        """All its pictures."""
        return [
            *(product.picture for product in self.products),
            *(photo.path for photo in self.photos),
            *(photo.path for photo in self.labelled),
        ]


@dataclass(frozen=True)
class Split:
    """A training part and a held-out part that share no picture and no left-out product."""

    train_products: tuple[Product, ...]
    train_photos: tuple[Photo, ...]
    train_labelled: tuple[LabelledPhoto, ...]
    more: Material
    grocery: DatasetFolder
    unseen_groceries: frozenset[str]
    held_out_fashion: tuple[Product, ...]
    held_out_labelled: tuple[LabelledPhoto, ...]

    @property
    def material(self) -> Material:
        """The training part."""
        return Material(self.train_products, self.train_photos, self.train_labelled).plus(self.more)


def make_split(data: Path, plan: SplitPlan, more: Material | None = None) -> Split:
    """Read the folders ``fashion``, ``grocery`` and ``clothing`` under ``data`` and split them.

    Args:
        data: folder of the three.
        plan: what is left out.
        more: of other goods, all of it trained on.

    Raises:
        TrainingError: one of the folders lacks its table.
    """
    fashion = read_dataset_folder(data / "fashion")
    grocery = read_dataset_folder(data / "grocery")
    labelled = read_labelled_folder(data / "clothing")
    held_out = draw_keys(fashion.products, plan.fashion_left_out, plan.seed)
    unseen = draw_keys(grocery.products, plan.groceries_left_out, plan.seed)
    products = (*fashion.products, *grocery.products)
    return Split(
        train_products=tuple(p for p in products if p.key not in held_out | unseen),
        train_photos=tuple(p for p in grocery.photos if p.split == "train" and p.product_key not in unseen),
        train_labelled=tuple(p for p in labelled if p.split == "train"),
        more=more or Material(()),
        grocery=grocery,
        unseen_groceries=unseen,
        held_out_fashion=tuple(p for p in fashion.products if p.key in held_out),
        held_out_labelled=tuple(p for p in labelled if p.split == "validation"),
    )


def draw_keys(products: Sequence[Product], count: int, seed: int) -> frozenset[str]:
    """Keys of ``count`` products, the same ones whatever the order of ``products``."""
    keys = sorted(product.key for product in products)
    draw = random.Random(seed)  # noqa: S311 - a reproducible draw, no secret
    return frozenset(draw.sample(keys, min(count, len(keys))))
