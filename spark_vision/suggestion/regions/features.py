"""What tells a thing from its surroundings, of every window at once: colour, edges, form, place.

After Alexe, Deselaers and Ferrari, "What is an object?" (2010): a thing differs in colour from what is
around it, has a closed outline, and stands out from the picture as a whole. No model is needed, so that
proposals cost a fraction of a forward pass and stay the same when the model changes.
"""

import numpy as np
from numpy.typing import NDArray

from spark_vision.domain.embedding import Picture
from spark_vision.imaging.shrink import shrink
from spark_vision.suggestion.regions.windows import GRID, Corners, Sums, Values, area, grown, strips

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

_WIDE, _THIN = 0.3, 0.12
_FINE = 2  # pixels a cell and side
_LEVELS = 5  # a colour channel
_SMALL = 1e-6
_Grid = NDArray[np.float32]


class Looked:
    """A photo as a grid, ready to be asked about windows.

    `quick` are features that cost little, of all windows; `colours` are dear, and of a few.
    """

    def __init__(self, photo: Picture) -> None:
        fine = shrink(photo, GRID * _FINE, GRID * _FINE).astype(np.float32)
        self._cells = _means_of_cells(fine)
        self._histograms = _histograms(self._cells)
        self._edges = _edges(fine)

    def quick(self, windows: Corners) -> NDArray[np.float32]:
        """Features of n windows, (n, len(QUICK)) float32."""
        wide, thin = grown(windows, _WIDE), grown(windows, _THIN)
        columns = [
            *_inside_and_ring(_rarity(self._histograms), windows, wide),
            *_edge_columns(self._edges, windows, thin, wide),
            *_sides(self._cells, windows),
            *form(windows),
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def colours(self, windows: Corners) -> NDArray[np.float32]:
        """Features of n windows, (n, len(COLOURS)) float32."""
        sums = Sums.of(self._histograms)
        rings = (grown(windows, _WIDE), grown(windows, _THIN))
        return np.stack([_difference(sums, windows, ring) for ring in rings], axis=1)


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


def _difference(sums: Sums, windows: Corners, outer: Corners) -> Values:
    """Chi-squared distance of the colours within from those of the ring, 0..1."""
    inside = sums.within(windows)
    ring = sums.within(outer) - inside
    inside /= inside.sum(axis=1, keepdims=True)
    ring /= np.maximum(ring.sum(axis=1, keepdims=True), _SMALL)
    found: Values = ((inside - ring) ** 2 / (inside + ring + _SMALL)).sum(axis=1) / 2
    return found


def _inside_and_ring(grid: _Grid, windows: Corners, outer: Corners) -> tuple[Values, Values]:
    sums = Sums.of(grid)
    total, inside = sums.within(outer)[:, 0], sums.within(windows)[:, 0]
    ring = (total - inside) / np.maximum(area(outer) - area(windows), 1)
    within: Values = inside / area(windows)
    return within, within - ring


def _edge_columns(edges: _Grid, windows: Corners, thin: Corners, wide: Corners) -> tuple[Values, ...]:
    sums = Sums.of(edges)
    inside, near, far = (sums.within(each)[:, 0] for each in (windows, thin, wide))
    within = inside / area(windows)
    border = (near - inside) / np.maximum(area(thin) - area(windows), 1)
    around = (far - near) / np.maximum(area(wide) - area(thin), 1)
    return (
        np.log(within + 0.05),
        np.log((border + 0.05) / (within + 0.05)),
        np.log((around + 0.05) / (within + 0.05)),
    )


def _sides(cells: _Grid, windows: Corners) -> tuple[Values, Values]:
    """The change of mean colour across each of the four sides: the least of them, and their mean, 0..1."""
    sums = Sums.of(cells)
    changes = [
        np.abs(_means(sums, inner) - _means(sums, outer)).mean(axis=1) / 255
        for inner, outer in strips(windows)
    ]
    every = np.stack(changes).astype(np.float32)
    return every.min(axis=0), every.mean(axis=0)


def _means(sums: Sums, strips: Corners) -> _Grid:
    found: _Grid = (sums.within(strips) / np.maximum(area(strips), 1)[:, None]).astype(np.float32)
    return found


def form(windows: Corners) -> tuple[Values, ...]:
    """The features FORM of n windows, (n,) each."""
    left, top, right, bottom = windows.T.astype(np.float32)
    size = (np.sqrt(area(windows)) / GRID).astype(np.float32)
    shape = np.log((right - left) / (bottom - top)).astype(np.float32)
    touching: Values = np.stack([left == 0, top == 0, right == GRID, bottom == GRID]).sum(
        axis=0, dtype=np.float32
    )
    return size, size**2, shape, shape**2, touching
