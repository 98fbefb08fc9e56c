"""Solids made by carrying an outline along a path: handles, spouts, legs, frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scripts.rendering.mesh import Mesh, grid_faces, without_slivers
from scripts.rendering.profiles import circle

Floats = NDArray[np.float64]


def sweep(path: Floats, outline: Floats, taper: Floats | None = None, closed: bool = False) -> Mesh:
    """The solid an outline makes along a path.

    path: (n, 3) metres. outline: (k, 2) counter-clockwise. taper: (n,) factors on the outline.
    An open path gets flat caps; a closed one (first point not repeated) joins its ends.
    Texture: u runs around the outline, v along the path in metres.
    """
    if closed:
        path = np.vstack([path, path[:1]])
    side, up = _frames(path, closed)
    factor = np.ones(len(path)) if taper is None else taper
    loop = np.vstack([outline, outline[:1]])
    offset = loop[None, :, :] * factor[:, None, None]
    rows = path[:, None] + offset[..., :1] * side[:, None] + offset[..., 1:] * up[:, None]
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    if closed:
        rows[-1] = rows[0]
    else:
        rows = np.concatenate([_cap(path[0], rows[0]), rows, _cap(path[-1], rows[-1])])
        length = np.concatenate([length[:1], length, length[-1:]])
    u = np.broadcast_to(np.linspace(0, 1, len(loop)), rows.shape[:2])
    v = np.broadcast_to(length[:, None], rows.shape[:2])
    uv = np.stack([u, v], axis=2).reshape(-1, 2)
    mesh = Mesh(rows.reshape(-1, 3), grid_faces(len(rows), len(loop)), uv)
    return without_slivers(mesh)


def tube(path: Floats, radius: float, taper: Floats | None = None, sides: int = 16) -> Mesh:
    """A round rod of `radius` metres along a path (n, 3)."""
    return sweep(path, circle(radius, sides), taper)


def rod(
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radius: float,
    end_radius: float | None = None,
) -> Mesh:
    """A straight round rod with softened ends, tapering to `end_radius` when one is given."""
    a, b = np.array(start), np.array(end)
    bevel = min(0.25 * radius / max(float(np.linalg.norm(b - a)), 1e-9), 0.2)
    share = np.array([0.0, bevel * 0.4, bevel, 1 - bevel, 1 - bevel * 0.4, 1.0])
    last = radius if end_radius is None else end_radius
    size = 1 + share * (last / radius - 1)
    soft = np.array([0.75, 0.93, 1.0, 1.0, 0.93, 0.75])
    return tube(a + share[:, None] * (b - a), radius, size * soft)


def _cap(centre: Floats, rim: Floats) -> Floats:
    """(1, k, 3) a row of corners that all lie in the middle of a rim."""
    return np.broadcast_to(centre, rim.shape)[None]


def _frames(path: Floats, closed: bool) -> tuple[Floats, Floats]:
    """Two (n, 3) unit vectors across the path, carried along it without twisting."""
    forward = np.gradient(path, axis=0)
    if closed:
        forward[0] = forward[-1] = path[1] - path[-2]
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    first = np.eye(3)[np.argmin(np.abs(forward[0]))]
    side = np.empty_like(path)
    previous = np.cross(first, forward[0])
    for i, direction in enumerate(forward):
        previous = previous - direction * (previous @ direction)
        previous = previous / np.linalg.norm(previous)
        side[i] = previous
    return side, np.cross(forward, side)
