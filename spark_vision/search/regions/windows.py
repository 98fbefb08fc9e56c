"""The windows that are looked at, and what lies within and around each, on a coarse grid of the photo."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

GRID = 48
"""Cells of the grid each way; windows begin and end at its lines, so that sums are exact."""

_SIZES = (9, 12, 16, 21, 28, 37)
_ASPECTS = (0.45, 0.65, 0.9, 1.3, 2.0)
_STEPS_A_SIDE = 5
_LEAST, _MOST = 6, 44

Values = NDArray[np.float32]
"""One value a window, (n,), or a row a window, (n, channels)."""

Corners = NDArray[np.int64]
"""Left, top, right and bottom of n windows in cells, (n, 4)."""

WINDOW, WIDE, THIN = range(3)
"""Areas of a window: itself, and itself with a wide or a thin margin."""
RINGS = slice(0, 3)
"""These three."""
INNER, OUTER = slice(3, 7), slice(7, 11)
"""The strip within each of its four sides, and the one beyond."""

_WIDE, _THIN = 0.3, 0.12


@dataclass(frozen=True)
class Windows:
    """n windows with the areas of each; for those that every photo is asked about, worked out once.

    Attributes:
        corners: in cells.
        places: of the corners of each area in a `Sums.table`, (areas, 4, n).
        cells: how many there are in each area, (areas, n).
        form: see `form_of`.
    """

    corners: Corners
    places: NDArray[np.int64]
    cells: NDArray[np.float32]
    form: Values

    @classmethod
    def of(cls, corners: Corners) -> "Windows":
        """Windows of these corners."""
        rings = (corners, grown(corners, _WIDE), grown(corners, _THIN))
        left, top, right, bottom = np.stack([*rings, *_strips(corners)]).transpose(2, 0, 1)
        row = GRID + 1
        places = np.stack(
            [bottom * row + right, top * row + right, bottom * row + left, top * row + left], axis=1
        )
        cells = ((right - left) * (bottom - top)).astype(np.float32)
        return cls(corners, places, cells, form_of(corners))

    def __len__(self) -> int:
        return len(self.corners)

    def __getitem__(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Windows":
        return Windows(self.corners[rows], self.places[..., rows], self.cells[:, rows], self.form[rows])


@cache
def all_windows() -> Windows:
    """Every window: six sizes in five shapes, five steps a side; about four thousand."""
    found: dict[tuple[int, int, int, int], None] = {}
    for size in _SIZES:
        for aspect in _ASPECTS:
            width, height = round(size * aspect**0.5), round(size / aspect**0.5)
            if min(width, height) < _LEAST or max(width, height) > _MOST:
                continue
            for left in _starts(width):
                for top in _starts(height):
                    found[left, top, left + width, top + height] = None
    windows = Windows.of(np.array(list(found), dtype=np.int64))
    for shared in (windows.corners, windows.places, windows.cells, windows.form):
        shared.flags.writeable = False
    return windows


def _starts(length: int) -> list[int]:
    last = GRID - length
    steps = max(1, round(last / max(length / _STEPS_A_SIDE, 2)))
    return sorted({round(place) for place in np.linspace(0, last, steps + 1).tolist()})


def grown(corners: Corners, share: float) -> Corners:
    """Windows with a margin of a share of their mean side on each side, cut at the photo's edges."""
    side = np.sqrt((corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1]))
    margin = np.maximum(np.rint(side * share), 1).astype(np.int64)[:, None]
    return _cut(corners + margin * np.array([-1, -1, 1, 1]))


def _strips(corners: Corners) -> list[Corners]:
    """The strips within the four sides and those beyond, a quarter of the window wide; what lies beyond
    the photo is cut.
    """
    left, top, right, bottom = corners.T
    across, down = np.maximum((right - left) // 4, 1), np.maximum((bottom - top) // 4, 1)
    inner = (
        (left, top, left + across, bottom),
        (right - across, top, right, bottom),
        (left, top, right, top + down),
        (left, bottom - down, right, bottom),
    )
    outer = (
        (left - across, top, left, bottom),
        (right, top, right + across, bottom),
        (left, top - down, right, top),
        (left, bottom, right, bottom + down),
    )
    return [_cut(np.stack(edges, axis=1)) for edges in (*inner, *outer)]


def _cut(corners: Corners) -> Corners:
    cut: Corners = np.clip(corners, 0, GRID)
    return cut


def form_of(corners: Corners) -> Values:
    """Size and shape of windows, their squares, and how many of their sides lie at the photo's edge, (n, 5).

    Size is a share of the photo's side, shape the logarithm of width by height.
    """
    left, top, right, bottom = corners.T.astype(np.float32)
    size = np.sqrt((right - left) * (bottom - top)) / GRID
    shape = np.log((right - left) / (bottom - top))
    touching = np.stack([left == 0, top == 0, right == GRID, bottom == GRID]).sum(axis=0)
    form: Values = np.stack([size, size**2, shape, shape**2, touching], axis=1).astype(np.float32)
    return form


@dataclass(frozen=True)
class Sums:
    """An integral image: sums over any windows in four look-ups each (Crow 1984).

    table: ((GRID + 1) ** 2, channels) float32.
    """

    table: NDArray[np.float32]

    @classmethod
    def of(cls, cells: NDArray[np.float32]) -> "Sums":
        """Of a grid of cells, (GRID, GRID, channels)."""
        table = np.zeros((GRID + 1, GRID + 1, cells.shape[2]), dtype=np.float32)
        np.cumsum(cells, axis=0, out=table[1:, 1:])
        np.cumsum(table[1:, 1:], axis=1, out=table[1:, 1:])
        return cls(table.reshape(-1, cells.shape[2]))

    def over(self, windows: Windows, areas: slice = slice(None)) -> NDArray[np.float32]:
        """The sum over some areas of each window, (areas, n, channels)."""
        corners = self.table.take(windows.places[areas], axis=0)
        found: NDArray[np.float32] = corners[:, 0] - corners[:, 1] - corners[:, 2] + corners[:, 3]
        return found


def ring_mean(sums: Values, cells: Values, outer: int, inner: int) -> Values:
    """The mean over what lies in one area of n windows and not in another within it, (n,).

    sums, cells: of each area, (areas, n).
    """
    mean: Values = (sums[outer] - sums[inner]) / np.maximum(cells[outer] - cells[inner], 1)
    return mean
