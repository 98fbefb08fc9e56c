"""Cameras, and where they see a point."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class Camera:
    """A camera. Metres and degrees.

    fov: angle of view along the longer side. roll: turn about the line of sight, clockwise.
    aperture: radius of the lens opening, 0 for a pinhole. width, height: pixels.
    """

    eye: Point
    target: Point
    fov: float = 45.0
    roll: float = 0.0
    aperture: float = 0.0
    width: int = 512
    height: int = 512

    @property
    def up(self) -> Point:
        """The direction that is up in the picture."""
        _, right, up = self._axes(rolled=False)
        angle = np.radians(self.roll)
        turned = np.cos(angle) * up + np.sin(angle) * right
        return (float(turned[0]), float(turned[1]), float(turned[2]))

    @property
    def distance(self) -> float:
        """Metres from the eye to the target, where the picture is sharp."""
        return float(np.linalg.norm(np.subtract(self.target, self.eye)))

    def widened(self, factor: float) -> Camera:
        """The pinhole camera that sees `factor` times as much to every side, pixels alike."""
        fov = 2 * np.degrees(np.arctan(factor * np.tan(np.radians(self.fov / 2))))
        return replace(self, fov=float(fov), aperture=0.0)

    def project(self, points: Floats) -> Floats:
        """(n, 2) where points (n, 3) fall, as shares of the picture from its top left corner.

        Points behind the camera give coordinates far outside 0..1.
        """
        forward, right, up = self._axes(rolled=True)
        offset = points - np.array(self.eye)
        depth = np.maximum(offset @ forward, 1e-6)
        longer = max(self.width, self.height)
        scale = longer / (2 * np.tan(np.radians(self.fov / 2)) * depth)
        x = 0.5 + offset @ right * scale / self.width
        y = 0.5 - offset @ up * scale / self.height
        return np.stack([x, y], axis=1)

    def _axes(self, rolled: bool) -> tuple[Floats, Floats, Floats]:
        forward = np.subtract(self.target, self.eye)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        up = np.cross(right, forward)
        if rolled:
            up = np.array(self.up)
            right = np.cross(forward, up)
        return forward, right, up
