"""Random hand-held cameras that keep things in view."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scripts.rendering.cameras import Camera
from scripts.rendering.effects import Film
from scripts.rendering.placing import Footprint

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stance:
    """How people hold a camera in a setting: ranges in degrees, and the lens opening in metres."""

    pitch: tuple[float, float]
    yaw: float
    aperture: float
    nearest: float


STANCES = {
    "table": Stance((14, 44), 38, 0.0045, 0.42),
    "shelf": Stance((2, 20), 24, 0.004, 0.6),
    "floor": Stance((11, 30), 28, 0.011, 1.3),
}


def corners_of(prints: list[Footprint], levels: list[float]) -> Floats:
    """(8 * n, 3) the corners of the blocks that hold things, standing at `levels` metres."""
    blocks = []
    for print_, level in zip(prints, levels, strict=True):
        flat = print_.corners()
        for z in (level, level + print_.height):
            blocks.append(np.column_stack([flat, np.full(4, z)]))
    return np.concatenate(blocks)


def random_camera(rng: np.random.Generator, setting: str, corners: Floats, size: tuple[int, int]) -> Camera:
    """A camera that sees all corners (n, 3), a little tilted and off centre."""
    stance = STANCES[setting]
    pitch = np.radians(rng.uniform(*stance.pitch))
    yaw = np.radians(rng.uniform(-stance.yaw, stance.yaw))
    toward = np.array([np.sin(yaw) * np.cos(pitch), -np.cos(yaw) * np.cos(pitch), np.sin(pitch)])
    target = (corners.min(axis=0) + corners.max(axis=0)) / 2
    fill, fov = rng.uniform(0.62, 0.9), float(rng.uniform(38, 58))
    template = Camera(
        (0, -1, 0),
        (0, 0, 0),
        fov,
        float(rng.normal(0, 2.2)),
        float(rng.uniform(0.15, 1.0)) * stance.aperture,
        *size,
    )
    distance = 1.0
    for _ in range(8):
        camera = _aimed(template, target + toward * distance, target)
        seen = camera.project(corners)
        extent = float((seen.max(axis=0) - seen.min(axis=0)).max())
        distance = max(distance * extent / fill, stance.nearest)
    span = np.tan(np.radians(fov / 2)) * distance * (1 - fill)
    target = target + np.array([rng.uniform(-0.8, 0.8), 0, rng.uniform(-0.6, 0.6)]) * span
    return _aimed(template, target + toward * distance, target)


def random_film(rng: np.random.Generator, mood: str) -> Film:
    """What a phone makes of the light: noisier when it is dim, never quite neutral."""
    dim = mood in ("lamp", "dusk")
    base = {"lamp": (0.84, 1.0, 1.3), "dusk": (0.95, 1.0, 1.08)}.get(mood, (1.0, 1.0, 1.0))
    warmth, green = float(rng.normal(0, 0.06)), float(rng.normal(0, 0.015))
    balance = (base[0] * (1 + warmth), base[1] * (1 + green), base[2] * (1 - warmth))
    shaken = rng.random() < (0.35 if dim else 0.15)
    return Film(
        exposure=float(rng.normal(-0.1 if dim else 0.0, 0.22)),
        balance=balance,
        noise=float(rng.uniform(0.05, 0.13) if dim else rng.uniform(0.015, 0.07)),
        vignette=float(rng.uniform(0.05, 0.35)),
        shake=float(rng.uniform(1.5, 5.0)) if shaken else 0.0,
        shake_angle=float(rng.uniform(0, np.pi)),
        blur=float(rng.uniform(0.3, 0.8)) if rng.random() < 0.35 else 0.0,
        contrast=float(rng.uniform(0.2, 0.9)),
        jpeg=int(rng.integers(62, 90)),
        seed=int(rng.integers(1 << 30)),
    )


def _aimed(template: Camera, eye: Floats, target: Floats) -> Camera:
    eye_point = (float(eye[0]), float(eye[1]), max(float(eye[2]), 0.06))
    return replace(template, eye=eye_point, target=(float(target[0]), float(target[1]), float(target[2])))
