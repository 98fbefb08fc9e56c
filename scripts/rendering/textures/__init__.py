"""Procedural pictures for surfaces, looked up by name.

Every recipe takes its colours, (n, 3) float sRGB, and a random generator, and returns a picture:
(height, width, 3) float32 sRGB in 0..1, rows from v = 1 at the top to v = 0 at the bottom,
that repeats without a seam in u.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scripts.rendering import colours
from scripts.rendering.materials import Texture
from scripts.rendering.textures import drawn, patterns, surfaces

Picture = NDArray[np.float32]
Recipe = Callable[[NDArray[np.float64], np.random.Generator], NDArray[np.float64]]

RECIPES: dict[str, Recipe] = {
    **patterns.RECIPES,
    **surfaces.RECIPES,
    **drawn.RECIPES,
}


@lru_cache(maxsize=64)
def paint(texture: Texture) -> Picture:
    """The picture of a texture, (height, width, 3) float32 sRGB in 0..1, not to be written to.

    Raises KeyError for a recipe or colour that is not known.
    """
    palette = np.array([colours.srgb(name) for name in texture.colours], dtype=float)
    picture = RECIPES[texture.name](palette, np.random.default_rng(texture.seed))
    bounded = np.clip(picture, 0.0, 1.0).astype(np.float32)
    bounded.setflags(write=False)
    return bounded


def relief(picture: Picture) -> Picture:
    """(height, width) a height map in 0..1, bright parts high, for a bump map."""
    grey = picture.mean(axis=2)
    low, high = float(grey.min()), float(grey.max())
    return np.asarray((grey - low) / max(high - low, 1e-6), dtype=np.float32)
