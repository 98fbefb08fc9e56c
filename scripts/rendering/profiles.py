"""Curves in the plane and in space, from which lathes and sweeps make solids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Corner = tuple[float, float, float]  # two coordinates and the radius that rounds the corner


def rounded(corners: Sequence[Corner], steps: int = 5) -> Floats:
    """(k, 2) a polyline whose inner corners are rounded.

    A radius is cut down to what the neighbouring edges leave room for; the ends stay sharp.
    """
    points = np.array([corner[:2] for corner in corners], dtype=float)
    path = [points[:1]]
    for i in range(1, len(points) - 1):
        path.append(_fillet(points[i - 1 : i + 2], corners[i][2], steps))
    path.append(points[-1:])
    return np.concatenate(path)


def spline(points: Sequence[Sequence[float]] | Floats, count: int = 40) -> Floats:
    """(count, d) a smooth Catmull-Rom curve through all points, ends included."""
    knots = np.asarray(points, dtype=float)
    ends = (2 * knots[0] - knots[1], 2 * knots[-1] - knots[-2])
    padded = np.vstack([ends[0], knots, ends[1]])
    position = np.linspace(0, len(knots) - 1, count)
    i = np.minimum(position.astype(int), len(knots) - 2)
    t = (position - i)[:, None]
    p0, p1, p2, p3 = (padded[i + k] for k in range(4))
    cubic = (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    return np.asarray(0.5 * (2 * p1 + (p2 - p0) * t + cubic))


def arc(centre: Sequence[float], radius: float, start: float, end: float, steps: int) -> Floats:
    """(steps, 2) points of a circle from angle `start` to `end`, radians."""
    angle = np.linspace(start, end, steps)
    return np.stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)], axis=1)


def rounded_rectangle(width: float, height: float, radius: float, steps: int = 4) -> Floats:
    """(4 * steps, 2) counter-clockwise outline about the origin, not closed by a last point."""
    x, y = width / 2 - radius, height / 2 - radius
    quarter = np.pi / 2
    corners = [(x, y), (-x, y), (-x, -y), (x, -y)]
    return np.concatenate(
        [arc(c, radius, i * quarter, (i + 1) * quarter, steps) for i, c in enumerate(corners)]
    )


def circle(radius: float, steps: int = 16) -> Floats:
    """(steps, 2) counter-clockwise outline about the origin, not closed by a last point."""
    return arc((0.0, 0.0), radius, 0.0, 2 * np.pi, steps + 1)[:-1]


def _fillet(three: Floats, radius: float, steps: int) -> Floats:
    """(steps, 2) the rounded middle corner of three points."""
    before, corner, after = three
    to_before, to_after = before - corner, after - corner
    edges = (float(np.linalg.norm(to_before)), float(np.linalg.norm(to_after)))
    reach = min(radius, 0.49 * edges[0], 0.49 * edges[1])
    if reach <= 0:
        return np.asarray(corner[None])
    start = corner + to_before / edges[0] * reach
    end = corner + to_after / edges[1] * reach
    t = np.linspace(0, 1, steps)[:, None]
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
