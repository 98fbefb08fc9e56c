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


@cache
def all_windows() -> Corners:
    """Every window, (n, 4): six sizes in five shapes, five steps a side; about four thousand."""
    found: dict[tuple[int, int, int, int], None] = {}
    for size in _SIZES:
        for aspect in _ASPECTS:
            width, height = round(size * aspect**0.5), round(size / aspect**0.5)
            if min(width, height) < _LEAST or max(width, height) > _MOST:
                continue
            for left in _starts(width):
                for top in _starts(height):
                    found[left, top, left + width, top + height] = None
    windows = np.array(list(found), dtype=np.int64)
    windows.flags.writeable = False
    return windows


def _starts(length: int) -> list[int]:
    last = GRID - length
    steps = max(1, round(last / max(length / _STEPS_A_SIDE, 2)))
    return sorted({round(place) for place in np.linspace(0, last, steps + 1).tolist()})


def grown(windows: Corners, share: float) -> Corners:
    """Windows with a margin of a share of their mean side on each side, cut at the photo's edges."""
    side = np.sqrt((windows[:, 2] - windows[:, 0]) * (windows[:, 3] - windows[:, 1]))
    margin = np.maximum(np.rint(side * share), 1).astype(np.int64)[:, None]
    moved = windows + margin * np.array([-1, -1, 1, 1])
    cut: Corners = np.clip(moved, 0, GRID)
    return cut


@cache
def all_grown(share: float) -> Corners:
    """`grown` of all windows, which are asked about in every photo."""
    found = grown(all_windows(), share)
    found.flags.writeable = False
    return found


def area(windows: Corners) -> Values:
    """Cells in each window, (n,)."""
    cells: Values = ((windows[:, 2] - windows[:, 0]) * (windows[:, 3] - windows[:, 1])).astype(np.float32)
    return cells


def strips(windows: Corners) -> list[tuple[Corners, Corners]]:
    """The strip within each of the four sides and the one beyond it, a quarter of the window wide; what
    lies beyond the photo is cut.
    """
    left, top, right, bottom = windows.T
    across, down = np.maximum((right - left) // 4, 1), np.maximum((bottom - top) // 4, 1)
    pairs = (
        ((left, top, left + across, bottom), (left - across, top, left, bottom)),
        ((right - across, top, right, bottom), (right, top, right + across, bottom)),
        ((left, top, right, top + down), (left, top - down, right, top)),
        ((left, bottom - down, right, bottom), (left, bottom, right, bottom + down)),
    )
    return [(_cut(inner), _cut(outer)) for inner, outer in pairs]


def _cut(edges: tuple[NDArray[np.int64], ...]) -> Corners:
    cut: Corners = np.clip(np.stack(edges, axis=1), 0, GRID)
    return cut


@dataclass(frozen=True)
class Sums:
    """An integral image: sums over any windows in four look-ups each (Crow 1984).

    table: (GRID + 1, GRID + 1, channels) float32.
    """

    table: NDArray[np.float32]

    @classmethod
    def of(cls, cells: NDArray[np.float32]) -> "Sums":
        """Of a grid of cells, (GRID, GRID, channels)."""
        table = np.zeros((GRID + 1, GRID + 1, cells.shape[2]), dtype=np.float32)
        np.cumsum(cells, axis=0, out=table[1:, 1:])
        np.cumsum(table[1:, 1:], axis=1, out=table[1:, 1:])
        return cls(table.reshape(-1, cells.shape[2]))

    def within(self, windows: Corners) -> NDArray[np.float32]:
        """The sum over each window, (n, channels)."""
        left, top, right, bottom = windows.T
        row = GRID + 1
        found: NDArray[np.float32] = (
            self.table.take(bottom * row + right, axis=0)
            - self.table.take(top * row + right, axis=0)
            - self.table.take(bottom * row + left, axis=0)
            + self.table.take(top * row + left, axis=0)
        )
        return found
