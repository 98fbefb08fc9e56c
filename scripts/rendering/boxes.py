"""Boxes with rounded edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scripts.rendering.mesh import Mesh, grid_faces, merged

Floats = NDArray[np.float64]


def box(width: float, depth: float, height: float, radius: float = 0.003, steps: int = 3) -> Mesh:
    """A box that stands on z = 0, centred in x and y, its edges rounded by `radius` metres.

    Texture: on every side, metres along the side, the longer one of its two axes as v.
    """
    half = np.array([width, depth, height]) / 2
    radius = min(radius, float(half.min()) * 0.98)
    sides = [_side(axis, sign, half, radius, steps) for axis in range(3) for sign in (-1.0, 1.0)]
    return merged(sides).moved(z=height / 2)


def _side(axis: int, sign: float, half: Floats, radius: float, steps: int) -> Mesh:
    """One side with its half of the rounded edges.

    Corner directions are tangents at even angles; the middle angle comes twice, once for each
    end of the flat part, so that the flat part has exact normals.
    """
    tangent = np.tan(np.linspace(0.0, np.pi / 4, steps + 1))
    slope = np.concatenate([-tangent[::-1], tangent])
    end = np.concatenate([-np.ones(steps + 1), np.ones(steps + 1)])
    first, second = (axis + 1) % 3, (axis + 2) % 3
    direction = np.zeros((len(slope), len(slope), 3))
    direction[..., axis] = sign
    direction[..., first] = slope[None, :]
    direction[..., second] = slope[:, None]
    direction /= np.linalg.norm(direction, axis=2, keepdims=True)
    core = np.zeros_like(direction)
    core[..., axis] = sign
    core[..., first] = end[None, :]
    core[..., second] = end[:, None]
    corners = (core * (half - radius) + direction * radius).reshape(-1, 3)
    faces = grid_faces(len(slope), len(slope))
    if sign < 0:
        faces = faces[:, ::-1]
    long, short = (first, second) if half[first] > half[second] else (second, first)
    return Mesh(corners, faces, np.stack([corners[:, short], corners[:, long]], axis=1))
