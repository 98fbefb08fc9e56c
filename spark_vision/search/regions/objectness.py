"""Which windows are likely to hold a thing: two small linear models, one after the other."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import FeatureMap, Picture
from spark_vision.core.errors import InvalidInputError
from spark_vision.core.geometry import Box, Point
from spark_vision.search.regions.feature_map import SEEN, SEEN_QUICK, ObjectnessHead, seen_quick, seen_sides
from spark_vision.search.regions.features import COLOURS, FORM, QUICK, WindowFeatures
from spark_vision.search.regions.windows import GRID, Corners, Sums, Windows, all_windows

WEIGHTS = Path(__file__).with_name("objectness.json")
KEPT = 1200
"""Windows that the second model looks at."""
KEPT_BY_MAP = 400
LEAST_BY_MAP = -2.5
"""Log-odds below which a window is not worth a pass: on photos that were not fitted on, none of those that
marked a thing was left out. With -1.5 a fifth of all was, and on other photos still things among them.
"""

_OVERLAP = 0.35
_WITHIN = 0.85
_NEAR = 1 / 6  # of a window's side: a point in its middle third
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Linear:
    """A logistic regression's weights, for features as they are. names: of its features."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float

    def score(self, features: NDArray[np.float32]) -> Scores:
        """Log-odds of n rows, (n,)."""
        found: Scores = features @ np.array(self.weights) + self.bias
        return found


@dataclass(frozen=True)
class Objectness:
    """Both models. fitted_on: in words, what they were fitted on."""

    quick: Linear
    full: Linear
    fitted_on: str

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> "Objectness":
        """Read what `as_dict` gives; raises InvalidInputError where the features are others."""
        return cls(*_models(value, QUICK, QUICK + COLOURS), value["fitted_on"])

    def as_dict(self) -> dict[str, Any]:
        """A JSON value."""
        return asdict(self)


@dataclass(frozen=True)
class SeenObjectness:
    """The same where the encoder's own map of the photo is at hand, which only it makes.

    encoder: its fingerprint; thing: where things are, by the map.
    """

    encoder: str
    thing: ObjectnessHead
    quick: Linear
    full: Linear
    fitted_on: str

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> "SeenObjectness":
        """Read what `as_dict` gives; raises InvalidInputError where the features are others."""
        thing = ObjectnessHead(tuple(value["thing"]["weights"]), value["thing"]["bias"])
        models = _models(value, SEEN_QUICK + FORM, QUICK + COLOURS + SEEN)
        return cls(value["encoder"], thing, *models, value["fitted_on"])

    def as_dict(self) -> dict[str, Any]:
        """A JSON value."""
        return asdict(self)


@cache
def bundled() -> Objectness:
    """The weights that come with the program."""
    return Objectness.from_dict(json.loads(WEIGHTS.read_text("utf-8")))


class ObjectProposer:
    """A RegionProposer: what stands out in colour and outline may be a thing, and what the encoder finds
    thing-like, where `seen` was fitted for it; without, no model is needed.
    """

    def __init__(self, objectness: Objectness | None = None, seen: SeenObjectness | None = None) -> None:
        self._objectness = objectness or bundled()
        self._seen = seen

    def propose(self, photo: Picture, most: int, seen: FeatureMap | None = None) -> tuple[Box, ...]:
        """See RegionProposer."""
        windows, scores = self._scored(photo, all_windows(), seen)
        return tuple(_box(windows[row]) for row in suppress(windows, scores, most))

    def around(self, photo: Picture, point: Point) -> Box:
        """See RegionProposer: the best window whose middle is near the point."""
        windows = all_windows()
        corners, at = windows.corners, np.array([point.x, point.y]) * GRID
        middle, sides = (corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]
        off = np.abs(middle - at) / sides
        near = off.max(axis=1)
        # Near the photo's edge no window has the point in its middle third.
        wanted = near <= max(_NEAR, float(near.min()))
        held, scores = self._scored(photo, windows[wanted], None)
        return _box(held[int(np.argmax(scores))])

    def _scored(self, photo: Picture, windows: Windows, seen: FeatureMap | None) -> tuple[Corners, Scores]:
        fitted = self._seen
        if fitted is not None and seen is not None and len(seen.values) == len(fitted.thing.weights):
            return _scored_by_map(photo, windows, fitted, seen)
        looked = WindowFeatures(photo)
        quick = looked.quick(windows)
        kept = _best(self._objectness.quick.score(quick), KEPT)
        best = windows[kept]
        features = np.concatenate([quick[kept], looked.colours(best)], axis=1)
        return best.corners, self._objectness.full.score(features)


def _scored_by_map(
    photo: Picture, windows: Windows, fitted: SeenObjectness, seen: FeatureMap
) -> tuple[Corners, Scores]:
    sums = Sums.of(fitted.thing.cells(seen))
    kept = windows[_best(fitted.quick.score(map_features(sums, windows)), KEPT_BY_MAP)]
    scores = fitted.full.score(all_features(WindowFeatures(photo), sums, kept))
    likely = scores >= LEAST_BY_MAP
    return kept.corners[likely], scores[likely]


def map_features(sums: Sums, windows: Windows) -> NDArray[np.float32]:
    """The features SEEN_QUICK + FORM of n windows, all by the encoder's map alone."""
    return np.concatenate([seen_quick(sums, windows), windows.form], axis=1)


def all_features(looked: WindowFeatures, sums: Sums, windows: Windows) -> NDArray[np.float32]:
    """The features QUICK + COLOURS + SEEN of n windows; sums: of the encoder's map."""
    parts = (looked.quick, looked.colours, partial(seen_quick, sums), partial(seen_sides, sums))
    return np.concatenate([part(windows) for part in parts], axis=1)


def _best(scores: Scores, most: int) -> NDArray[np.intp]:
    """Rows of the highest scores, best first, of equal ones the first; only rows that may be are ordered."""
    least = np.partition(scores, -most)[-most] if most < len(scores) else -np.inf
    rows = np.flatnonzero(scores >= least)
    return rows[np.argsort(-scores[rows], kind="stable")[:most]]


def suppress(windows: Corners, scores: Scores, most: int) -> list[int]:
    """Rows of the best windows that are not of one thing, best first: non-maximum suppression.

    A window is left out where it overlaps a better one by an IoU above 0.35, or where the smaller of the
    two lies within the other by more than 0.85.
    """
    kept: list[int] = []
    waiting = np.argsort(-scores, kind="stable")
    while len(waiting) and len(kept) < most:
        best, rest = int(waiting[0]), waiting[1:]
        kept.append(best)
        shared, areas, area = _shared(windows[best], windows[rest])
        same = (shared / (areas + area - shared) > _OVERLAP) | (shared / np.minimum(areas, area) > _WITHIN)
        waiting = rest[~same]
    return kept


def _shared(one: NDArray[np.int64], others: Corners) -> tuple[Scores, Scores, float]:
    """The cells that a window shares with others, the others' cells and its own."""
    width = np.minimum(others[:, 2], one[2]) - np.maximum(others[:, 0], one[0])
    height = np.minimum(others[:, 3], one[3]) - np.maximum(others[:, 1], one[1])
    shared = (np.maximum(width, 0) * np.maximum(height, 0)).astype(np.float64)
    areas = ((others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])).astype(np.float64)
    return shared, areas, float((one[2] - one[0]) * (one[3] - one[1]))


def _box(window: NDArray[np.int64]) -> Box:
    left, top, right, bottom = (window / GRID).tolist()
    return Box(left, top, right - left, bottom - top)


def _models(value: dict[str, Any], quick: Sequence[str], full: Sequence[str]) -> tuple[Linear, Linear]:
    """Both models of a JSON value; raises InvalidInputError where their features are others."""
    models = _linear(value["quick"]), _linear(value["full"])
    if models[0].names != tuple(quick) or models[1].names != tuple(full):
        raise InvalidInputError("These weights are for other features; run scripts/fit_regions.py again.")
    return models


def _linear(value: dict[str, Any]) -> Linear:
    return Linear(tuple(value["names"]), tuple(value["weights"]), value["bias"])
