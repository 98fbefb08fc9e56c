"""What a model can do on the held-out part: one table, the same rows for every model.

Pictures are prepared exactly as ``preprocess_cfg`` of the model says, from the original files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scripts.spark_mini.statistics import Array, Figure, Labels, accuracy, recall_at, weighted_f1
from spark_vision.training.folders import Photo
from spark_vision.training.splits import Split
from spark_vision.training.texts import category_prompt

EmbedPictures = Callable[[Sequence[Path]], Array]
EmbedTexts = Callable[[Sequence[str]], Array]


@dataclass(frozen=True)
class Embedder:
    """Functions to float32 rows of unit length; ``texts`` is None where a model reads none."""

    pictures: EmbedPictures
    texts: EmbedTexts | None


def measure(embedder: Embedder, split: Split, thorough: bool = True) -> dict[str, Figure]:
    """All figures of a model on ``split``.

    Args:
        embedder: the model.
        split: its held-out part is measured; training photos serve as references in one row.
        thorough: with that row, which needs all training photos embedded.
    """
    figures = grocery_figures(embedder, split, thorough)
    figures |= fashion_figures(embedder, split)
    if embedder.texts is not None:
        figures |= clothing_figures(embedder.pictures, embedder.texts, split)
    return figures


def grocery_figures(embedder: Embedder, split: Split, thorough: bool) -> dict[str, Figure]:
    """Photos of the ``val`` split against catalogue pictures, and against training photos."""
    products = split.grocery.products
    row_of = {product.key: row for row, product in enumerate(products)}
    gallery = embedder.pictures([product.picture for product in products])
    seen = [p for p in split.grocery.photos if p.split == "val"]
    seen = [p for p in seen if p.product_key not in split.unseen_groceries]
    queries = embedder.pictures([p.path for p in seen])
    right = [{row_of[p.product_key]} for p in seen]
    figures = _recalls("grocery photo -> catalogue", queries, gallery, right, (1, 5))
    # Of products left out of training every photo is unseen, not only those of one split.
    unseen = [p for p in split.grocery.photos if p.product_key in split.unseen_groceries]
    if unseen:
        queries_unseen = embedder.pictures([p.path for p in unseen])
        wanted = [{row_of[p.product_key]} for p in unseen]
        name = "unseen groceries photo -> catalogue"
        figures |= _recalls(name, queries_unseen, gallery, wanted, (1, 5))
    if thorough:
        references = embedder.pictures([p.path for p in split.train_photos])
        same = _rows_by_product(split.train_photos)
        right = [same[p.product_key] for p in seen]
        figures |= _recalls("grocery photo -> train photos", queries, references, right, (1,))
    return figures


def fashion_figures(embedder: Embedder, split: Split) -> dict[str, Figure]:
    """Left-out products: same category by picture, title to picture, zero-shot categories."""
    products = split.held_out_fashion
    pictures = embedder.pictures([product.picture for product in products])
    categories = sorted({product.category for product in products})
    truth = np.array([categories.index(product.category) for product in products], dtype=np.int64)
    figures = {"fashion picture -> same category @1": _same_label_first(pictures, truth)}
    if embedder.texts is None:
        return figures
    titles = embedder.texts([product.title for product in products])
    # Products that share a title cannot be told apart by it, so each of them is right.
    rows_of: dict[str, set[int]] = {}
    for row, product in enumerate(products):
        rows_of.setdefault(product.title, set()).add(row)
    right = [rows_of[product.title] for product in products]
    figures |= _recalls("fashion title -> picture", titles, pictures, right, (1, 10))
    prompts = embedder.texts([category_prompt(category) for category in categories])
    figures["fashion zero-shot categories, weighted F1"] = weighted_f1(
        truth, (pictures @ prompts.T).argmax(1)
    )
    return figures


def clothing_figures(pictures: EmbedPictures, texts: EmbedTexts, split: Split) -> dict[str, Figure]:
    """Street-style photos of the validation split: zero-shot over their categories."""
    labels = sorted({photo.label for photo in split.held_out_labelled})
    truth = [labels.index(photo.label) for photo in split.held_out_labelled]
    prompts = texts([category_prompt(label) for label in labels])
    similarity = pictures([photo.path for photo in split.held_out_labelled]) @ prompts.T
    right = accuracy(np.array(truth, dtype=np.int64), similarity.argmax(1))
    return {"clothing zero-shot, accuracy": right}


def _recalls(
    name: str, queries: Array, gallery: Array, right: list[set[int]], ks: tuple[int, ...]
) -> dict[str, Figure]:
    return {f"{name}, recall@{k}": recall_at(queries, gallery, right, k) for k in ks}


def _same_label_first(pictures: Array, labels: Labels) -> Figure:
    similarity = pictures @ pictures.T
    np.fill_diagonal(similarity, -2.0)
    return accuracy(labels, labels[similarity.argmax(1)])


def _rows_by_product(photos: Sequence[Photo]) -> dict[str, set[int]]:
    rows: dict[str, set[int]] = {}
    for row, photo in enumerate(photos):
        rows.setdefault(photo.product_key, set()).add(row)
    return rows
