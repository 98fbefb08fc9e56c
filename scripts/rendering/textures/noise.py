"""Noise that repeats without a seam."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def smooth(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Floats:
    """`shape` picture of value noise in 0..1 with `cells` bumps down and across, periodic."""
    lattice = rng.random(cells)
    for axis in (0, 1):
        position = np.arange(shape[axis]) * cells[axis] / shape[axis]
        low = position.astype(int)
        t = position - low
        t = t * t * (3 - 2 * t)
        before = np.take(lattice, low % cells[axis], axis=axis)
        after = np.take(lattice, (low + 1) % cells[axis], axis=axis)
        weight = t[:, None] if axis == 0 else t[None, :]
        lattice = before * (1 - weight) + after * weight
    return lattice


def fractal(
    rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int], octaves: int = 4
) -> Floats:
    """`shape` picture of noise in 0..1: each octave twice as fine and half as strong."""
    total, weight = np.zeros(shape), 0.0
    for octave in range(octaves):
        strength = 0.5**octave
        grid = (cells[0] << octave, cells[1] << octave)
        total += strength * smooth(rng, shape, grid)
        weight += strength
    return total / weight


def mix(first: Floats, second: Floats, share: NDArray[np.floating[Any]]) -> Floats:
    """Colours (3,) or pictures (h, w, 3) blended; share (h, w) in 0..1 is the second's part."""
    weight = np.clip(share, 0.0, 1.0)[..., None]
    return np.asarray(first * (1 - weight) + second * weight)
