"""What tells a thing from its surroundings, of every window at once: colour, edges, form, place.

After Alexe, Deselaers and Ferrari, "What is an object?" (2010): a thing differs in colour from what is
around it, has a closed outline, and stands out from the picture as a whole. No model is needed, so that
proposals cost a fraction of a forward pass and stay the same when the model changes.
"""

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Picture
from spark_vision.media.resize import box_downscale
from spark_vision.search.regions.windows import (
    GRID,
    INNER,
    OUTER,
    RINGS,
    THIN,
    WIDE,
    WINDOW,
    Sums,
    Values,
    Windows,
    ring_mean,
)

QUICK = (
    "rarity within",
    "rarity against a wide ring",
    "edges within",
    "edges at the border against within",
    "edges around against within",
    "weakest side",
    "mean side",
    "size",
    "size squared",
    "shape",
    "shape squared",
    "sides at the photo's edge",
)
FORM = QUICK[-5:]
COLOURS = ("colour against a wide ring", "colour against a thin ring")

_FINE = 2  # pixels a cell and side
_LEVELS = 5  # a colour channel
_SMALL = 1e-6
_Grid = NDArray[np.float32]


class WindowFeatures:
    """A photo as a grid, ready to be asked about windows.

    `quick` are features that cost little, of all windows; `colours` are dear, and of a few.
    """

    def __init__(self, photo: Picture) -> None:
        fine = box_downscale(photo, GRID * _FINE, GRID * _FINE).astype(np.float32)
        cells = _means_of_cells(fine)
        self._histograms = _histograms(cells)
        self._sums = Sums.of(np.concatenate([_rarity(self._histograms), _edges(fine), cells], axis=2))

    def quick(self, windows: Windows) -> NDArray[np.float32]:
        """Features of n windows, (n, len(QUICK)) float32."""
        sums = self._sums.over(windows)
        rarity, edges, colour = sums[RINGS, :, 0], sums[RINGS, :, 1], sums[:, :, 2:]
        columns = [
            *_within_and_againstring_mean(rarity, windows.cells),
            *_edge_columns(edges, windows.cells),
            *_sides(colour, windows.cells),
        ]
        return np.concatenate([np.stack(columns, axis=1), windows.form], axis=1)

    def colours(self, windows: Windows) -> NDArray[np.float32]:
        """Features of n windows, (n, len(COLOURS)) float32."""
        sums = Sums.of(self._histograms).over(windows, RINGS)
        return np.stack([_difference(sums[WINDOW], sums[ring]) for ring in (WIDE, THIN)], axis=1)


def _histograms(cells: _Grid) -> _Grid:
    """A colour histogram of each cell, (GRID, GRID, colours in use)."""
    level = np.minimum(cells * (_LEVELS / 256), _LEVELS - 1).astype(np.int64)
    number = (level[..., 0] * _LEVELS + level[..., 1]) * _LEVELS + level[..., 2]
    used = np.flatnonzero(np.bincount(number.ravel(), minlength=_LEVELS**3))
    histogram: _Grid = (number[..., None] == used).astype(np.float32)
    return histogram


def _rarity(colours: _Grid) -> _Grid:
    """How seldom a cell's colour is in the photo, 0..1, (GRID, GRID, 1)."""
    share = colours.mean(axis=(0, 1))
    rare: _Grid = 1 - np.sqrt(colours @ share)[..., None]
    return rare


def _edges(fine: _Grid) -> _Grid:
    """Strength of edges in each cell, about 0..1, (GRID, GRID, 1)."""
    grey = fine.mean(axis=2)
    down, right = np.gradient(grey)
    strength = _means_of_cells(np.hypot(down, right)[..., None])
    edges: _Grid = strength / (strength.mean() * 4 + _SMALL)
    return edges


def _means_of_cells(fine: _Grid) -> _Grid:
    """The mean of each cell's pixels, (GRID, GRID, channels)."""
    # First down, then across: summing both at once takes several times as long.
    rows = fine.reshape(GRID, _FINE, GRID * _FINE, -1).mean(axis=1)
    cells: _Grid = rows.reshape(GRID, GRID, _FINE, -1).mean(axis=2)
    return cells


def _difference(inside: NDArray[np.float32], outer: NDArray[np.float32]) -> Values:
    """Chi-squared distance of the colours within from those of the ring around, 0..1."""
    ring = outer - inside
    inside = inside / inside.sum(axis=1, keepdims=True)
    ring /= np.maximum(ring.sum(axis=1, keepdims=True), _SMALL)
    found: Values = ((inside - ring) ** 2 / (inside + ring + _SMALL)).sum(axis=1) / 2
    return found


def _within_and_againstring_mean(rarity: _Grid, cells: _Grid) -> tuple[Values, Values]:
    within: Values = rarity[WINDOW] / cells[WINDOW]
    return within, within - ring_mean(rarity, cells, WIDE, WINDOW)


def _edge_columns(edges: _Grid, cells: _Grid) -> tuple[Values, ...]:
    within = edges[WINDOW] / cells[WINDOW]
    border, around = ring_mean(edges, cells, THIN, WINDOW), ring_mean(edges, cells, WIDE, THIN)
    return (
        np.log(within + 0.05),
        np.log((border + 0.05) / (within + 0.05)),
        np.log((around + 0.05) / (within + 0.05)),
    )


def _sides(colour: _Grid, cells: _Grid) -> tuple[Values, Values]:
    """The change of mean colour across each of the four sides: the least of them, and their mean, 0..1."""
    means = colour / np.maximum(cells, 1)[..., None]
    changes = np.abs(means[INNER] - means[OUTER]).mean(axis=2) / 255
    return changes.min(axis=0), changes.mean(axis=0)
