"""Item detection: what is suggested for the things in a photo, against boxes that are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.geometry import iou
from spark_vision.core.suggestion import Item
from spark_vision.evaluation import metrics
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.intervals import DEFAULT_RESAMPLING, Resampling, bootstrap, mean_of
from spark_vision.evaluation.metric_table import Metric
from spark_vision.evaluation.metrics import Values
from spark_vision.evaluation.protocols.detection import Proposal, Truth, detection_figures

OVERLAP = 0.4
"""IoU from which on a person would say that an item marks a thing."""

LARGE = 0.05
FIRST = 5


@dataclass(frozen=True)
class PhotoItems:
    """A photo's items as a service shows them, and what is true.

    truths: its boxes; products: all that it shows, boxed or not; empty where it shows none of the shop.
    """

    items: tuple[Item, ...]
    truths: tuple[Truth, ...]
    products: frozenset[str]

    @classmethod
    def of(cls, items: Sequence[Item], queries: Sequence[Query]) -> "PhotoItems":
        """Items held against what a dataset says of their photo."""
        truths = tuple(Truth(query.box, query.relevant) for query in queries if query.box is not None)
        return cls(tuple(items), truths, frozenset().union(*(query.relevant for query in queries)))

    @property
    def confident(self) -> list[Item]:
        """Items whose first suggestion is sure enough to stand without a word of doubt."""
        return [item for item in self.items if item.suggestions and item.no_match is None]

    @property
    def wrong(self) -> int:
        """Confident items whose first suggestion is nowhere in the photo."""
        return sum(item.suggestions[0].product.id not in self.products for item in self.confident)

    @property
    def found(self) -> int:
        """How many regions were found, the whole photo not among them."""
        return sum(item.box is not None for item in self.items)

    def large(self) -> list[Truth]:
        """The true boxes of 5 % of the picture and more."""
        return [truth for truth in self.truths if truth.box.width * truth.box.height >= LARGE]

    def near(self, truth: Truth) -> list[Item]:
        """The items that mark a true box."""
        return [item for item in self.items if item.box and iou(item.box, truth.box) >= OVERLAP]

    def suggests(self, truth: Truth, most: int) -> bool:
        """Whether a right product is among the first `most` of an item that marks a true box."""
        return any(
            held.product.id in truth.relevant for item in self.near(truth) for held in item.suggestions[:most]
        )


@dataclass(frozen=True)
class ItemEvaluation:
    """Figures of items over photos; calibrated: whether probabilities were fitted for the model."""

    model: str
    index_version: str
    split: str | None
    calibrated: bool
    products: int
    photos: int
    boxes: int
    figures: dict[str, Metric]
    seed: int

    def as_json(self) -> dict[str, Any]:
        """A JSON value; figures that do not apply are None."""
        return {
            "model": self.model,
            "index_version": self.index_version,
            "protocol": "items against boxes",
            "split": self.split,
            "calibrated": self.calibrated,
            "products": self.products,
            "photos": self.photos,
            "boxes": self.boxes,
            **{name: figure.value for name, figure in self.figures.items()},
            "confidence_intervals": {
                name: figure.interval and list(figure.interval) for name, figure in self.figures.items()
            },
            "seed": self.seed,
        }


def item_figures(
    photos: Sequence[PhotoItems], resampling: Resampling = DEFAULT_RESAMPLING
) -> dict[str, Metric]:
    """All figures by name, with bootstrap intervals over photos.

    located: share of true boxes with an item of IoU >= 0.4; found@1, found@5: whose first, first five
    suggestions hold a right product; the same of boxes of 5 % of the picture and more; average_precision:
    of all found regions at that overlap, surest first; wrong_items: confident items a photo with products
    whose first suggestion is not in it; several_wrong: share of those photos with more than one;
    silent: share of photos with nothing of the shop and no confident item; items: a photo, found ones.
    """
    values: dict[str, tuple[Values, NDArray[np.int64]]] = {}
    for name, of in (("", lambda photo: photo.truths), ("_large", PhotoItems.large)):
        rows = [
            (number, bool(photo.near(truth)), photo.suggests(truth, 1), photo.suggests(truth, FIRST))
            for number, photo in enumerate(photos)
            for truth in of(photo)
        ]
        numbers, *columns = np.array(rows, dtype=np.float64).reshape(-1, 4).T
        for figure, column in zip(("located", "found@1", "found@5"), columns, strict=True):
            values[figure + name] = (column, numbers.astype(np.int64))
    for figure, each in _of_photos(photos).items():
        values[figure] = (each, np.arange(len(photos)))
    intervals = bootstrap(
        {name: mean_of(each, number, len(photos)) for name, (each, number) in values.items()},
        len(photos),
        resampling,
    )
    figures = {name: Metric(metrics.mean(each), intervals[name]) for name, (each, _) in values.items()}
    return {**figures, "average_precision": Metric(_average_precision(photos), None)}


def _of_photos(photos: Sequence[PhotoItems]) -> dict[str, Values]:
    """Figures that are means over photos, (photos,); NaN where a photo does not count."""
    shown = np.array([bool(photo.products) for photo in photos], dtype=np.bool_)
    wrong = np.array([photo.wrong for photo in photos], dtype=np.float64)
    silent = np.array([not photo.confident for photo in photos], dtype=np.float64)
    return {
        "wrong_items": np.where(shown, wrong, np.nan),
        "several_wrong": np.where(shown, wrong > 1, np.nan),
        "silent": np.where(shown, np.nan, silent),
        "items": np.array([photo.found for photo in photos], dtype=np.float64),
    }


def _average_precision(photos: Sequence[PhotoItems]) -> float | None:
    proposed = {
        str(number): [Proposal(item.box, item.strength) for item in photo.items if item.box is not None]
        for number, photo in enumerate(photos)
    }
    true = {str(number): photo.truths for number, photo in enumerate(photos)}
    return detection_figures(proposed, true, OVERLAP).average_precision
