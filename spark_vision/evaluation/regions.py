"""How regions are proposed is learnt here: windows with what a person boxed, against all others."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from spark_vision.core.embedding import FeatureMap
from spark_vision.core.geometry import Box

_OVERLAP = 0.5
_FINE = 8  # points of a place and side that are looked at
Rows = NDArray[np.float32]


def overlaps(windows: NDArray[np.float64], boxes: Sequence[Box]) -> NDArray[np.float64]:
    """IoU of each window (n, 4: left, top, right, bottom in shares) with each box, (n, boxes)."""
    edges = np.array([[box.x, box.y, box.x + box.width, box.y + box.height] for box in boxes])
    low = np.maximum(windows[:, None, :2], edges[None, :, :2])
    high = np.minimum(windows[:, None, 2:], edges[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    areas = [np.prod(each[:, 2:] - each[:, :2], axis=1) for each in (windows, edges)]
    found: NDArray[np.float64] = shared / (areas[0][:, None] + areas[1][None] - shared)
    return found


def fit_linear(
    photos: Iterable[tuple[Rows, NDArray[np.float64]]], least: float = _OVERLAP, strength: float = 1.0
) -> tuple[list[float], float]:
    """Weights and bias of a logistic regression on features as they are.

    photos: features of its windows or places (n, f), and how much each is of a true box (n,): the best
    overlap of a window, the covered share of a place; least: from which on it counts as a thing;
    strength: C of scikit-learn, smaller for weights nearer to 0.
    """
    rows, best = zip(*photos, strict=True)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=500))
    model.fit(np.concatenate(rows), np.concatenate(best) >= least)
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    return weights.tolist(), float(regression.intercept_[0] - weights @ scaler.mean_)


def covered(seen: FeatureMap, boxes: Sequence[Box]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The share of each place of a map that lies in true boxes, and whether the place is of the photo,
    (rows x columns,) each.
    """
    rows, columns = seen.values.shape[1:]
    left, top, right, bottom = seen.frame
    down = ((np.arange(rows * _FINE) + 0.5) / (rows * _FINE) - top) / (bottom - top)
    across = ((np.arange(columns * _FINE) + 0.5) / (columns * _FINE) - left) / (right - left)
    y, x = np.meshgrid(down, across, indexing="ij")
    held = np.zeros(x.shape, dtype=np.bool_)
    for box in boxes:
        held |= (box.x <= x) & (x < box.x + box.width) & (box.y <= y) & (y < box.y + box.height)
    photo = (x >= 0) & (x < 1) & (y >= 0) & (y < 1)
    shares = [part.reshape(rows, _FINE, columns, _FINE).mean(axis=(1, 3)).ravel() for part in (held, photo)]
    return shares[0], shares[1] > 1 / 2
