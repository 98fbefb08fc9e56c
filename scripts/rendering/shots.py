"""What the renderer is asked for: things, lights, a camera and a quality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scripts.rendering.cameras import Camera, Point
from scripts.rendering.kinds.look import Part

Rgb = tuple[float, float, float]
Radiance = NDArray[np.float32]


@dataclass(frozen=True)
class Light:
    """A glowing rectangle at `centre` that faces `target`; size in metres, linear radiance."""

    centre: Point
    target: Point
    width: float
    height: float
    radiance: Rgb


@dataclass(frozen=True, eq=False)
class Thing:
    """Parts in their place. owner: number of the placement they belong to, -1 for the room."""

    parts: tuple[Part, ...]
    owner: int = -1


@dataclass(frozen=True, eq=False)
class Shot:
    """Everything one picture is rendered from. sky: radiance that comes from all around."""

    things: tuple[Thing, ...]
    lights: tuple[Light, ...]
    sky: Rgb
    camera: Camera


@dataclass(frozen=True)
class Quality:
    """samples a pixel; denoise: whether the noise that is left is taken out."""

    samples: int = 16
    denoise: bool = True
    depth: int = 6
