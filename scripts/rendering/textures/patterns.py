"""Patterns of glazes, prints and paper: two colours, the first one the ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scripts.rendering.textures.noise import fractal, mix, smooth

Floats = NDArray[np.float64]
SIZE = 512


def _axes(size: int = SIZE) -> tuple[Floats, Floats]:
    """Texture coordinates u (1, size) and v (size, 1) in 0..1, v falling from the top row down."""
    steps = (np.arange(size) + 0.5) / size
    return steps[None, :], 1.0 - steps[:, None]


def _soft(edge: Floats, sharpness: float = 120.0) -> Floats:
    """0..1 step with a smooth edge where `edge` crosses zero."""
    return np.asarray(np.clip(edge * sharpness + 0.5, 0.0, 1.0))


def _ground(palette: Floats, rng: np.random.Generator) -> Floats:
    """A ground with the faint unevenness of real glaze."""
    cloud = fractal(rng, (SIZE, SIZE), (4, 4))
    return np.asarray(palette[0] * (0.96 + 0.08 * cloud[..., None]))


def _two(palette: Floats, rng: np.random.Generator, share: Floats) -> Floats:
    return mix(_ground(palette, rng), palette[1], np.broadcast_to(share, (SIZE, SIZE)))


def plain(palette: Floats, rng: np.random.Generator) -> Floats:
    """The ground alone."""
    return _ground(palette, rng)


def stripes(palette: Floats, rng: np.random.Generator) -> Floats:
    """Six level rings."""
    _, v = _axes()
    return _two(palette, rng, _soft(0.2 - np.abs((v * 6) % 1 - 0.5), 40))


def verticals(palette: Floats, rng: np.random.Generator) -> Floats:
    """Sixteen upright stripes."""
    u, _ = _axes()
    return _two(palette, rng, _soft(0.22 - np.abs((u * 16) % 1 - 0.5), 20))


def band(palette: Floats, rng: np.random.Generator) -> Floats:
    """One broad ring with a thin line above and below."""
    _, v = _axes()
    broad = _soft(0.1 - np.abs(v - 0.55))
    thin = _soft(0.012 - np.abs(np.abs(v - 0.55) - 0.145))
    return _two(palette, rng, np.maximum(broad, thin))


def dip(palette: Floats, rng: np.random.Generator) -> Floats:
    """The upper part dipped in a second glaze whose edge wavers."""
    _, v = _axes()
    edge = 0.52 + 0.07 * (smooth(rng, (SIZE, SIZE), (1, 5)) - 0.5)
    return _two(palette, rng, _soft(v - edge))


def dots(palette: Floats, rng: np.random.Generator) -> Floats:
    """Staggered round dots."""
    u, v = _axes()
    row = np.floor(v * 6)
    x = (u * 12 + 0.5 * (row % 2)) % 1 - 0.5
    y = (v * 6) % 1 - 0.5
    return _two(palette, rng, _soft(0.27 - np.hypot(x, y), 20))


def checks(palette: Floats, rng: np.random.Generator) -> Floats:
    """Gingham: crossing bands, darker where they cross."""
    u, v = _axes()
    across = _soft(0.25 - np.abs((u * 10) % 1 - 0.5), 20)
    along = _soft(0.25 - np.abs((v * 6) % 1 - 0.5), 20)
    return _two(palette, rng, 0.5 * across + 0.5 * along)


def zigzag(palette: Floats, rng: np.random.Generator) -> Floats:
    """Level zigzag lines."""
    u, v = _axes()
    wave = np.abs((u * 12) % 1 - 0.5) * 0.16
    return _two(palette, rng, _soft(0.17 - np.abs(((v + wave) * 5) % 1 - 0.5), 30))


def speckle(palette: Floats, rng: np.random.Generator) -> Floats:
    """Small iron spots of many sizes."""
    u, v = _axes()
    share = np.zeros((SIZE, SIZE))
    for _ in range(260):
        x, y, r = rng.random(), rng.random(), 0.002 + 0.006 * rng.random() ** 2
        du, rows = np.abs(u - x), np.abs(v[:, 0] - y) < r + 0.01
        spot = _soft(r - np.hypot(np.minimum(du, 1 - du), v[rows] - y), 300)
        share[rows] = np.maximum(share[rows], spot)
    return _two(palette, rng, share * 0.85)


def leaves(palette: Floats, rng: np.random.Generator) -> Floats:
    """Rows of slender leaves."""
    u, v = _axes()
    row = np.floor(v * 3)
    x = (u * 9 + 0.5 * (row % 2)) % 1 - 0.5
    y = (v * 3) % 1 - 0.5
    turn = np.where(row % 2 > 0, 0.6, -0.6)
    along, across = x * turn + y, x - y * turn
    leaf = 0.13 * np.clip(1 - (along / 0.42) ** 2, 0, None) - np.abs(across)
    vein = _soft(0.012 - np.abs(across), 60)
    return _two(palette, rng, np.clip(_soft(leaf, 40) - 0.7 * vein, 0, 1))


def reactive(palette: Floats, rng: np.random.Generator) -> Floats:
    """Reactive glaze: cloudy, breaking to the second colour towards rim and foot."""
    _, v = _axes()
    cloud = fractal(rng, (SIZE, SIZE), (5, 6), 5)
    edge = np.clip(np.abs(v - 0.5) * 2.6 - 0.75, 0, 1)
    return _two(palette, rng, edge * 0.9 + (cloud - 0.5) * 1.1)


RECIPES = {
    recipe.__name__: recipe
    for recipe in (plain, stripes, verticals, band, dip, dots, checks, zigzag, speckle, leaves, reactive)
}
