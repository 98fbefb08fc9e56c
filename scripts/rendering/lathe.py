"""Solids of revolution, round or squared, smooth or fluted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scripts.rendering.mesh import Mesh, grid_faces, without_slivers

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Section:
    """The outline a lathe follows instead of a circle of radius one.

    squareness: exponent of a superellipse; 2 is a circle, 4 to 10 a rounded square.
    flutes: number of grooves; depth: their depth as a share of the radius.
    aspect: width over depth (x over y).
    """

    squareness: float = 2.0
    flutes: int = 0
    depth: float = 0.0
    aspect: float = 1.0

    def radius(self, angle: Floats) -> Floats:
        """The outline's radius at each angle (radians), same shape."""
        c, s, n = np.abs(np.cos(angle)), np.abs(np.sin(angle)), self.squareness
        base = (c**n + s**n) ** (-1.0 / n)
        return np.asarray(base * (1.0 + self.depth * np.cos(self.flutes * angle)))


ROUND = Section()


def lathe(profile: Floats, section: Section = ROUND, segments: int = 72) -> Mesh:
    """The surface swept by a profile about the z axis.

    profile: (k, 2) radius and height in metres; it runs so that the outside is on its right
    when the radius points right and the height up (up an outer wall, down an inner one).
    It encloses a solid when it begins and ends at radius zero, or in its own first point.
    Texture: u runs once around, v from 0 at the lowest to 1 at the highest point.
    """
    angle = np.linspace(0.0, 2 * np.pi, segments + 1)
    unit = section.radius(angle)
    radius, height = profile[:, 0, None], profile[:, 1, None]
    x = radius * unit * np.cos(angle) * section.aspect
    y = radius * unit * np.sin(angle)
    z = np.broadcast_to(height, x.shape)
    grid = np.stack([x, y, z], axis=2)
    # The last column lies on the first one exactly, so that the seam welds.
    grid[:, -1] = grid[:, 0]
    rise = height - profile[:, 1].min()
    v = np.broadcast_to(rise / max(float(rise.max()), 1e-9), x.shape)
    u = np.broadcast_to(angle / (2 * np.pi), x.shape)
    uv = np.stack([u, v], axis=2).reshape(-1, 2)
    faces = grid_faces(len(profile), segments + 1)
    return without_slivers(Mesh(grid.reshape(-1, 3), faces, uv))


def ring(outline: Floats, radius: float, height: float = 0.0, segments: int = 72) -> Mesh:
    """A torus-like solid: a closed outline (k, 2) carried around the z axis at `radius`."""
    loop = np.vstack([outline, outline[:1]]) + np.array([radius, height])
    return lathe(loop, segments=segments)
