"""What the encoder's own pass over the whole photo tells of windows: how thing-like it finds each place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import FeatureMap
from spark_vision.search.regions.windows import (
    GRID,
    INNER,
    OUTER,
    RINGS,
    THIN,
    WIDE,
    WINDOW,
    Sums,
    Windows,
    ring_mean,
)

SEEN_QUICK = ("thing within", "thing against a wide ring", "thing against a thin ring")
SEEN = (*SEEN_QUICK, "thing at the weakest side", "thing beyond the strongest side", "thing beyond the sides")

_Cells = NDArray[np.float32]


@dataclass(frozen=True)
class ObjectnessHead:
    """A logistic regression from a place's features to whether a thing is there. weights: one a channel."""

    weights: tuple[float, ...]
    bias: float

    def cells(self, seen: FeatureMap) -> _Cells:
        """How likely a thing is at each cell of the photo's grid, 0..1, (GRID, GRID, 1)."""
        odds = np.einsum("c,cij->ij", np.array(self.weights, dtype=np.float32), seen.values) + self.bias
        return upsample(1 / (1 + np.exp(-np.clip(odds, -30, 30))), seen)


def upsample(places: NDArray[np.floating], seen: FeatureMap) -> _Cells:
    """Values of places in the prepared picture, (rows, columns), on the photo's own grid, bilinear."""
    left, top, right, bottom = seen.frame
    down, across = _weights(top, bottom, places.shape[0]), _weights(left, right, places.shape[1])
    cells: _Cells = (down @ places.astype(np.float32) @ across.T)[..., None]
    return cells


def _weights(start: float, end: float, places: int) -> _Cells:
    """The share of each of the places in each cell's value, (GRID, places)."""
    at = (start + (end - start) * (np.arange(GRID) + 0.5) / GRID) * places - 0.5
    near = np.maximum(1 - np.abs(np.clip(at, 0, places - 1)[:, None] - np.arange(places)), 0)
    weights: _Cells = near.astype(np.float32)
    return weights


def seen_quick(sums: Sums, windows: Windows) -> _Cells:
    """Features of n windows that cost little, (n, len(SEEN_QUICK))."""
    held, cells = sums.over(windows, RINGS)[..., 0], windows.cells
    within = held[WINDOW] / cells[WINDOW]
    rings = (ring_mean(held, cells, outer, WINDOW) for outer in (WIDE, THIN))
    return np.stack([within, *(within - ring for ring in rings)], axis=1)


def seen_sides(sums: Sums, windows: Windows) -> _Cells:
    """The other features of SEEN, of n windows."""
    inner, beyond = (
        sums.over(windows, side)[..., 0] / np.maximum(windows.cells[side], 1) for side in (INNER, OUTER)
    )
    return np.stack([inner.min(axis=0), beyond.max(axis=0), beyond.mean(axis=0)], axis=1)
