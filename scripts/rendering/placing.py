"""Footprints, and putting things beside each other without touching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scripts.rendering.kinds import build
from scripts.rendering.kinds.look import Look

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Placement:
    """A look at a place. product_id: empty for what is not in the catalogue.

    x, y, z: metres, the middle of the footprint and the height it stands at. turn: radians.
    """

    look: Look
    x: float
    y: float
    z: float
    turn: float
    product_id: str = ""


@dataclass(frozen=True)
class Footprint:
    """The oblong a thing covers on its surface, and its height, in metres."""

    x: float
    y: float
    half_width: float
    half_depth: float
    turn: float
    height: float

    def corners(self) -> Floats:
        """(4, 2) its corners."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=float)
        local = signs * [self.half_width, self.half_depth]
        return np.asarray(local @ np.array([[c, s], [-s, c]]) + [self.x, self.y])


@dataclass(frozen=True)
class Region:
    """Where things may stand: half extents in metres about the origin. tallest: room above."""

    half_width: float
    half_depth: float
    tallest: float = 10.0


@lru_cache(maxsize=4096)
def footprint_of(look: Look) -> Footprint:
    """The footprint of a look at the origin, not turned."""
    parts = build(look)
    corners = np.concatenate([part.mesh.vertices for part in parts])
    high = corners.max(axis=0)
    return Footprint(0, 0, float(high[0]), float(high[1]), 0, float(high[2]))


def overlap(first: Footprint, second: Footprint, gap: float = 0.0) -> bool:
    """Whether two footprints come closer than `gap` metres (separating axes)."""
    a, b = first.corners(), second.corners()
    for turn in (first.turn, second.turn):
        for angle in (turn, turn + np.pi / 2):
            axis = np.array([np.cos(angle), np.sin(angle)])
            along_a, along_b = a @ axis, b @ axis
            if along_a.max() + gap < along_b.min() or along_b.max() + gap < along_a.min():
                return False
    return True


def arrange(
    rng: np.random.Generator, wanted: Sequence[tuple[Look, str]], region: Region, turned: float
) -> list[tuple[Placement, Footprint]]:
    """Places for looks (each with its product id), close together; the largest look for a place first.

    turned: the largest turn away from facing the viewer, radians. What finds no room is left out.
    """
    placed: list[tuple[Placement, Footprint]] = []
    sized = [(footprint_of(look), look, product_id) for look, product_id in wanted]
    sized.sort(key=lambda item: -item[0].half_width * item[0].half_depth)
    for base, look, product_id in sized:
        if base.height > region.tallest:
            continue
        spot = _spot(rng, base, [print_ for _, print_ in placed], region, turned)
        if spot is not None:
            place = Placement(look, round(spot.x, 4), round(spot.y, 4), 0.0, round(spot.turn, 4), product_id)
            placed.append((place, spot))
    return placed


def _spot(
    rng: np.random.Generator, base: Footprint, taken: list[Footprint], region: Region, turned: float
) -> Footprint | None:
    """A free spot near the middle, None when sixty tries find none."""
    for attempt in range(60):
        reach = 0.25 + 0.75 * attempt / 60
        x = float(rng.uniform(-1, 1)) * reach * region.half_width
        y = float(rng.uniform(-1, 1)) * min(reach * 1.5, 1.0) * region.half_depth
        spot = replace(base, x=x, y=y, turn=float(rng.uniform(-turned, turned)))
        corners = np.abs(spot.corners())
        inside = corners[:, 0].max() <= region.half_width and (
            corners[:, 1].max() <= region.half_depth or base.half_depth > region.half_depth * 0.9
        )
        if inside and not any(overlap(spot, other, 0.012) for other in taken):
            return spot
    return None
