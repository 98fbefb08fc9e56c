"""How regions are proposed is learnt here: windows with what a person boxed, against all others."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from spark_vision.domain.box import Box

_OVERLAP = 0.5
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


def fit_linear(photos: Iterable[tuple[Rows, NDArray[np.float64]]]) -> tuple[list[float], float]:
    """Weights and bias of a logistic regression on features as they are.

    photos: features of its windows (n, f), and each window's best overlap with a true box (n,).
    """
    rows, best = zip(*photos, strict=True)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    model.fit(np.concatenate(rows), np.concatenate(best) >= _OVERLAP)
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    return weights.tolist(), float(regression.intercept_[0] - weights @ scaler.mean_)
