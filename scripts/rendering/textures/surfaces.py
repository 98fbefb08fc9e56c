"""Wood, stone, cloth, wicker and walls: one colour, sometimes a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scripts.rendering.textures.noise import fractal, mix, smooth

Floats = NDArray[np.float64]
SIZE = 512
SHAPE = (SIZE, SIZE)


def _steps() -> tuple[Floats, Floats]:
    steps = (np.arange(SIZE) + 0.5) / SIZE
    return steps[None, :], 1.0 - steps[:, None]


def wood(palette: Floats, rng: np.random.Generator) -> Floats:
    """Grain along v: bent growth rings, pores and fine streaks."""
    u, _ = _steps()
    bend = fractal(rng, SHAPE, (1, 2), 2)
    rings = np.abs(((u * 9 + bend * 3.0) % 1) - 0.5) * 2
    pores = smooth(rng, SHAPE, (12, 256))
    streaks = fractal(rng, SHAPE, (2, 48), 3)
    shade = 1.08 - 0.13 * rings**2 - 0.14 * (streaks - 0.3) - 0.22 * np.clip(pores - 0.72, 0, 1)
    warm = palette[0] ** 1.15
    return mix(palette[0] * shade[..., None], warm * shade[..., None], 0.7 * rings**3)


def planks(palette: Floats, rng: np.random.Generator) -> Floats:
    """Four floor boards of differing tone, with dark joints."""
    boards = [wood(palette * rng.uniform(0.84, 1.1), rng)[:, ::4] for _ in range(4)]
    picture = np.concatenate(boards, axis=1)
    u, v = _steps()
    joint = np.abs((u * 4) % 1 - 0.5) > 0.488
    start = rng.random(4)[np.minimum((u * 4).astype(int), 3)]
    butt = np.abs((v - start + 0.5) % 1 - 0.5) < 0.003
    return np.asarray(picture * np.where(joint | butt, 0.42, 1.0)[..., None])


def linen(palette: Floats, rng: np.random.Generator) -> Floats:
    """Plain weave with threads of uneven thickness."""
    u, v = _steps()
    count = 64
    warp = 0.5 + 0.5 * np.cos(2 * np.pi * u * count)
    weft = 0.5 + 0.5 * np.cos(2 * np.pi * v * count)
    over = (np.floor(u * count + 0.5) + np.floor(v * count + 0.5)) % 2
    thread = np.where(over > 0, warp, weft)
    slub = fractal(rng, SHAPE, (64, 3), 2) + fractal(rng, SHAPE, (3, 64), 2) - 1
    return np.asarray(palette[0] * (0.88 + 0.18 * thread + 0.2 * slub)[..., None])


def gingham(palette: Floats, rng: np.random.Generator) -> Floats:
    """Checked cloth: linen with crossing bands of the second colour."""
    u, v = _steps()
    share = 0.5 * ((u * 4) % 1 < 0.5) + 0.5 * ((v * 4) % 1 < 0.5)
    weave = linen(np.ones((1, 3)), rng)
    return np.asarray(mix(palette[0], palette[-1], np.broadcast_to(share, SHAPE)) * weave)


def ticking(palette: Floats, rng: np.random.Generator) -> Floats:
    """Striped cloth: broad and thin stripes of the second colour along v."""
    u, _ = _steps()
    phase = (u * 4) % 1
    share = (np.abs(phase - 0.5) < 0.16) | (np.abs(np.abs(phase - 0.5) - 0.28) < 0.03)
    weave = linen(np.ones((1, 3)), rng)
    return np.asarray(mix(palette[0], palette[-1], np.broadcast_to(share, SHAPE) * 1.0) * weave)


def wicker(palette: Floats, rng: np.random.Generator) -> Floats:
    """Woven rods: 24 stakes around, 16 rounds up, each round over and under."""
    u, v = _steps()
    stake, course = u * 24, v * 16
    over = np.cos(np.pi * stake + np.pi * np.floor(course))
    body = np.sqrt(np.clip(1 - (2 * (course % 1) - 1) ** 2, 0, 1))
    tone = (
        0.85
        + 0.3 * rng.random((16, 24))[np.minimum(course, 15).astype(int), np.minimum(stake, 23).astype(int)]
    )
    streak = smooth(rng, SHAPE, (128, 8))
    shade = (0.42 + 0.66 * body * (0.66 + 0.34 * over)) * tone * (0.88 + 0.2 * streak)
    return np.asarray(palette[0] * shade[..., None])


def carpet(palette: Floats, rng: np.random.Generator) -> Floats:
    """Short pile."""
    tuft = smooth(rng, SHAPE, (200, 200)) * 0.6 + fractal(rng, SHAPE, (6, 6), 4) * 0.4
    return np.asarray(palette[0] * (0.66 + 0.62 * tuft)[..., None])


def rug(palette: Floats, rng: np.random.Generator) -> Floats:
    """Flat woven rug: lozenges of the second colour on the first."""
    u, v = _steps()
    lozenge = np.abs((u * 6) % 1 - 0.5) + np.abs((v * 6) % 1 - 0.5)
    share = ((lozenge < 0.42) & (lozenge > 0.3)) | (lozenge < 0.12)
    return np.asarray(mix(palette[0], palette[-1], share * 1.0) * linen(np.ones((1, 3)), rng))


def tiles(palette: Floats, rng: np.random.Generator) -> Floats:
    """Four by four square tiles in light grout."""
    u, v = _steps()
    cell = rng.uniform(0.93, 1.05, (4, 4))[(v * 4).astype(int) % 4, (u * 4).astype(int) % 4]
    cloud = fractal(rng, SHAPE, (8, 8), 4)
    picture = palette[0] * (cell * (0.94 + 0.12 * cloud))[..., None]
    edge = np.maximum(np.abs((u * 4) % 1 - 0.5), np.abs((v * 4) % 1 - 0.5))
    return mix(picture, palette[-1] * 0.85, np.clip((edge - 0.478) * 120, 0, 1))


def metro(palette: Floats, rng: np.random.Generator) -> Floats:
    """Oblong wall tiles laid like bricks."""
    u, v = _steps()
    row = np.floor(v * 8)
    x = (u * 4 + 0.5 * (row % 2)) % 1
    tone = rng.uniform(0.95, 1.03, (8, 4))[
        row.astype(int) % 8, np.floor(u * 4 + 0.5 * (row % 2)).astype(int) % 4
    ]
    joint = (np.abs(x - 0.5) > 0.485) | (np.abs((v * 8) % 1 - 0.5) > 0.465)
    return mix(palette[0] * tone[..., None], palette[-1] * 0.7, joint * 1.0)


def concrete(palette: Floats, rng: np.random.Generator) -> Floats:
    """Cast concrete: clouds, grain and a few pores."""
    cloud, grain = fractal(rng, SHAPE, (3, 3), 6), smooth(rng, SHAPE, (256, 256))
    pores = np.clip(smooth(rng, SHAPE, (90, 90)) - 0.94, 0, 1) * 6
    return np.asarray(palette[0] * (0.78 + 0.36 * cloud + 0.07 * grain - pores)[..., None])


def marble(palette: Floats, rng: np.random.Generator) -> Floats:
    """Light stone with veins of the second colour."""
    warp = fractal(rng, SHAPE, (2, 2), 6)
    u, v = _steps()
    vein = np.abs(np.sin(np.pi * (u * 2 + v + warp * 4)))
    share = np.exp(-vein * 14) * fractal(rng, SHAPE, (4, 4), 3) + 0.16 * warp
    return mix(palette[0], palette[-1], share)


def plaster(palette: Floats, rng: np.random.Generator) -> Floats:
    """A painted wall, barely uneven."""
    cloud = fractal(rng, SHAPE, (2, 2), 3)
    grain = smooth(rng, SHAPE, (256, 256))
    return np.asarray(palette[0] * (0.95 + 0.06 * cloud + 0.03 * grain)[..., None])


RECIPES = {
    recipe.__name__: recipe
    for recipe in (
        wood,
        planks,
        linen,
        gingham,
        ticking,
        wicker,
        carpet,
        rug,
        tiles,
        metro,
        concrete,
        marble,
        plaster,
    )
}
