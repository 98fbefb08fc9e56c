"""Catalogue pictures: one product on white, softly lit, from a few sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scripts.rendering.boxes import box
from scripts.rendering.cameras import Camera, Point
from scripts.rendering.kinds import build
from scripts.rendering.kinds.look import Look, Part
from scripts.rendering.materials import Material
from scripts.rendering.shots import Light, Radiance, Rgb, Shot, Thing

_SIDES = ((-28.0, 17.0), (42.0, 26.0), (158.0, 18.0))  # turn and pitch, degrees
_FLAT_SIDES = ((-24.0, 34.0), (50.0, 52.0), (160.0, 26.0))
_FLAT = frozenset({"tray", "pan", "bowl", "book stack"})
_EXPOSURE = 0.82  # of the product against the paper, so that white goods keep their shape
_PAPER = 1.03
_FILL = 0.84  # share of the picture's width or height that the product takes


@dataclass(frozen=True)
class StudioRecipe:
    """One catalogue picture. view: which side, 0 to 2. size: pixels along each side."""

    look: Look
    view: int
    size: int = 384
    quality: int = 90


def studio_shot(recipe: StudioRecipe) -> Shot:
    """The product on an endless white floor under a large soft box."""
    parts = build(recipe.look)
    camera = _framed(parts, recipe)
    corners = np.concatenate([part.mesh.vertices for part in parts])
    tall, unit = float(corners[:, 2].max()), float(np.abs(corners).max())
    middle = (0.0, 0.0, tall / 2)
    paper = Part(box(unit * 60, unit * 60, 0.1, 0.01).moved(z=-0.1), Material("white", roughness=1.0))
    lights = (
        _soft_box((-2.6, -2.2, 4.2), (3.2, 3.2), (9, 8.9, 8.7), unit, middle),
        _soft_box((3.8, -1.5, 2.0), (1.6, 3.6), (3, 3.05, 3.1), unit, middle),
        _soft_box((0.5, 3.5, 3.6), (3.0, 1.4), (3.2, 3.2, 3.2), unit, middle),
    )
    return Shot((Thing(tuple(parts), 0), Thing((paper,))), lights, (0.5, 0.5, 0.5), camera)


def on_white(radiance: Radiance, product: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(height, width, 3) uint8 sRGB; the paper at the picture's edge becomes pure white.

    product: (height, width), the share of each pixel that the product covers, 0..1. The paper is
    evened out row by row, as a retoucher would; its shadow stays.
    """
    left, right = (side.mean(axis=1, keepdims=True) for side in (radiance[:, :6], radiance[:, -6:]))
    across = np.linspace(0, 1, radiance.shape[1])[None, :, None]
    paper = left * (1 - across) + right * across
    level = np.percentile(paper, 60, axis=(0, 1))
    share = product[..., None]
    scaled = radiance * (share * _EXPOSURE / level + (1 - share) * _PAPER / paper)
    bright = np.clip(scaled, 0.0, 1.0)
    encoded = np.where(bright < 0.0031308, bright * 12.92, 1.055 * bright ** (1 / 2.4) - 0.055)
    pixels: NDArray[np.uint8] = np.rint(encoded * 255).astype(np.uint8)
    return pixels


def _soft_box(at: Point, size: tuple[float, float], radiance: Rgb, unit: float, target: Point) -> Light:
    """A light whose place and size are given in units of the product's size."""
    centre = (at[0] * unit, at[1] * unit, at[2] * unit)
    return Light(centre, target, size[0] * unit, size[1] * unit, radiance)


def _framed(parts: list[Part], recipe: StudioRecipe) -> Camera:
    """A long-lens camera that shows the whole product, centred."""
    corners = np.concatenate([part.mesh.vertices for part in parts])[::3]
    sides = _FLAT_SIDES if recipe.look.kind in _FLAT else _SIDES
    turn, pitch = (np.radians(angle) for angle in sides[recipe.view])
    toward = np.array([np.sin(turn) * np.cos(pitch), -np.cos(turn) * np.cos(pitch), np.sin(pitch)])
    target = (corners.min(axis=0) + corners.max(axis=0)) / 2
    distance = float(np.linalg.norm(corners.max(axis=0) - corners.min(axis=0))) * 2.6
    for _ in range(6):
        camera = _camera(target + toward * distance, target, recipe.size)
        seen = camera.project(corners)
        low, high = seen.min(axis=0), seen.max(axis=0)
        extent = float((high - low).max())
        right, up = np.cross(-toward, [0, 0, 1.0]), np.array(camera.up)
        shift = ((low + high) / 2 - 0.5) * 2 * np.tan(np.radians(12.0)) * distance
        target = target + right / np.linalg.norm(right) * shift[0] - up * shift[1]
        distance *= extent / _FILL
    return _camera(target + toward * distance, target, recipe.size)


def _camera(eye: NDArray[np.float64], target: NDArray[np.float64], size: int) -> Camera:
    return Camera(
        (float(eye[0]), float(eye[1]), float(eye[2])),
        (float(target[0]), float(target[1]), float(target[2])),
        fov=24.0,
        width=size,
        height=size,
    )
