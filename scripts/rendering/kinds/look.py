"""What one object looks like, and the parts it is built from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scripts.rendering import colours, materials
from scripts.rendering.lathe import ROUND, Section, lathe
from scripts.rendering.materials import Material
from scripts.rendering.mesh import Mesh

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """Everything that sets one object apart from the others of its kind.

    main, accent: colour names. finish: a name of `materials.FINISHES`, or 'wood'.
    pattern: a texture's name, 'plain' for none. shape: three proportions in 0..1, whose meaning
    each kind defines. seed: for grain, speckles and the like.
    """

    kind: str
    main: str
    accent: str = "white"
    finish: str = "glossy"
    pattern: str = "plain"
    shape: tuple[float, float, float] = (0.5, 0.5, 0.5)
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Part:
    """A mesh and the material on it."""

    mesh: Mesh
    material: Material

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Part:
        """The part shifted by (x, y, z) metres."""
        return replace(self, mesh=self.mesh.moved(x, y, z))

    def turned(self, angle: float, axis: str = "z") -> Part:
        """The part turned by `angle` radians about a main axis through the origin."""
        return replace(self, mesh=self.mesh.turned(angle, axis))


_REPEATING = frozenset({"dots", "checks", "zigzag", "leaves", "stripes", "gingham"})

Builder = Callable[[Look], list[Part]]


def between(low: float, high: float, share: float) -> float:
    """The value `share` (0..1) of the way from low to high."""
    return low + (high - low) * share


def skin(look: Look, repeat: tuple[float, float] = (1.0, 1.0)) -> Material:
    """The main surface: the look's finish in its main colour, with its pattern on it."""
    if look.finish == "wood":
        return turned_wood(look.main, look.seed)
    base = materials.finished(look.finish, look.main)
    if look.pattern == "plain":
        return base
    times = repeat if look.pattern in _REPEATING else (1.0, 1.0)
    return base.textured(look.pattern, look.main, look.accent, repeat=times, seed=look.seed)


def turned_wood(colour: str, seed: int = 0) -> Material:
    """Wood on a lathe, whose texture coordinates run once around and once up."""
    return Material(colour, roughness=0.5).textured("wood", colour, repeat=(1.0, 0.6), seed=seed)


def trim(look: Look) -> Material:
    """A second surface in the accent colour: wood, bare metal or satin plastic by its name."""
    if look.accent in colours.WOODS:
        return turned_wood(look.accent, look.seed)
    if look.accent in colours.METALS:
        return materials.metal(look.accent)
    return materials.plastic(look.accent)


def hollow(outer: Floats, wall: float, floor: float) -> tuple[Floats, Floats]:
    """Profiles of a vessel: the outside with its round rim, and the inside.

    outer: (k, 2) radius and height, from the axis below to the rim. wall, floor: thickness in
    metres. The inside begins where the outside ends, and ends on the axis.
    """
    outer = _refined(outer, 0.006)
    slope = np.gradient(outer, axis=0)
    slope /= np.linalg.norm(slope, axis=1, keepdims=True) + 1e-12
    inner = outer + wall * np.stack([-slope[:, 1], slope[:, 0]], axis=1)
    middle, reach = (outer[-1] + inner[-1]) / 2, (outer[-1] - inner[-1]) / 2
    turn = np.linspace(0, np.pi, 7)[1:, None]
    rim = middle + np.cos(turn) * reach + np.sin(turn) * slope[-1] * wall / 2
    kept = inner[(inner[:, 1] > floor * 1.3) & (inner[:, 0] > wall)][::-1]
    foot = kept[-1, 0]
    bottom = np.array([[foot * 0.97, floor * 1.1], [foot * 0.9, floor], [0.0, floor]])
    return np.vstack([outer, rim]), np.vstack([rim[-1:], kept[1:], bottom])


def _refined(path: Floats, step: float) -> Floats:
    """The polyline with extra points on edges longer than `step` metres."""
    pieces = []
    for a, b in pairwise(path):
        count = max(int(np.ceil(np.linalg.norm(b - a) / step)), 1)
        pieces.append(a + np.arange(count)[:, None] / count * (b - a))
    return np.vstack([*pieces, path[-1:]])


def vessel(
    outer: Floats, wall: float, floor: float, surfaces: tuple[Material, Material], section: Section = ROUND
) -> list[Part]:
    """The outside and the inside of a vessel as two parts that close against each other.

    surfaces: of the outside and of the inside; the rest as in `hollow` and `lathe`.
    """
    outside, inside = surfaces
    skin_profile, lining = hollow(outer, wall, floor)
    return [Part(lathe(skin_profile, section), outside), Part(lathe(lining, section), inside)]
