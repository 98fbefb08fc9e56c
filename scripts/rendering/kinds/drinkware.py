"""Mugs, bowls and jugs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scripts.rendering.kinds.look import Floats, Look, Part, between, skin, vessel
from scripts.rendering.lathe import ROUND, Section
from scripts.rendering.materials import Material, finished
from scripts.rendering.mesh import Mesh
from scripts.rendering.profiles import rounded, rounded_rectangle, spline
from scripts.rendering.sweep import sweep


def lining(look: Look) -> Material:
    """The inside of a vessel: plain, in the accent colour where a pattern is on the outside."""
    plain = look.pattern in ("plain", "speckle", "reactive")
    finish = "glossy" if look.finish in ("glossy", "matte", "enamel") else look.finish
    return finished(finish, look.main if plain and look.finish != "matte" else look.accent)


def mug(look: Look) -> list[Part]:
    """shape: height, belly, size of the handle."""
    height, belly = between(0.080, 0.118, look.shape[0]), between(-0.1, 0.22, look.shape[1])
    radius = between(0.046, 0.039, look.shape[0])
    wall = [
        (radius * (0.86 + belly * 0.3), 0.012),
        (radius * (0.97 + belly), height * 0.38),
        (radius * (0.99 + belly * 0.7), height * 0.7),
        (radius, height),
    ]
    outer = np.vstack([_foot(radius * (0.78 + belly * 0.3)), spline(wall, 24)])
    parts = vessel(outer, 0.0042, 0.009, (skin(look), lining(look)))
    reach = between(0.024, 0.036, look.shape[2])
    grip = replace(look, pattern="plain") if look.pattern in ("dip", "band") else look
    handle = handle_loop(radius * (0.97 + belly * 0.8), height * 0.2, height * 0.82, reach)
    return [*parts, Part(handle, skin(replace(grip, pattern="plain")))]


def bowl(look: Look) -> list[Part]:
    """shape: width, depth, how far the rim opens."""
    radius = between(0.065, 0.14, look.shape[0])
    height = radius * between(0.6, 0.95, look.shape[1])
    flare = between(0.86, 1.05, look.shape[2])
    wall = [
        (radius * 0.47, 0.012),
        (radius * 0.8 / flare, height * 0.3),
        (radius * 0.96 / flare, height * 0.65),
        (radius, height),
    ]
    outer = np.vstack([_foot(radius * 0.44), spline(wall, 28)])
    return vessel(outer, 0.0045, 0.014, (skin(look), lining(look)))


def jug(look: Look) -> list[Part]:
    """shape: height, waist, flutes beyond 0.6."""
    height = between(0.15, 0.24, look.shape[0])
    radius = height * between(0.27, 0.36, look.shape[1])
    wall = [
        (radius * 0.8, 0.014),
        (radius, height * 0.32),
        (radius * 0.74, height * 0.72),
        (radius * 0.62, height * 0.86),
        (radius * 0.74, height),
    ]
    outer = np.vstack([_foot(radius * 0.74), spline(wall, 36)])
    ribs = Section(flutes=18, depth=0.012) if look.shape[2] > 0.6 else ROUND
    parts = vessel(outer, 0.0045, 0.01, (skin(look), lining(look)), ribs)
    lip = [replace(part, mesh=_beak(part.mesh, height, radius)) for part in parts]
    handle = handle_loop(radius * 0.68, height * 0.3, height * 0.88, height * 0.22, 1.2)
    return [*lip, Part(handle, skin(replace(look, pattern="plain")))]


def handle_loop(at: float, low: float, high: float, reach: float, size: float = 1.0) -> Mesh:
    """An ear on the side of a vessel (towards +x), its ends sunk into the wall.

    at: radius of the wall; low, high: heights of its ends; reach: how far it stands out.
    """
    tall = high - low
    path = spline(
        [
            (at - 0.004, 0, high - 0.04 * tall),
            (at + 0.45 * reach, 0, high),
            (at + reach, 0, high - 0.3 * tall),
            (at + 0.9 * reach, 0, low + 0.32 * tall),
            (at + 0.4 * reach, 0, low + 0.05 * tall),
            (at - 0.004, 0, low),
        ],
        40,
    )
    taper = 1.0 + 0.25 * np.abs(np.linspace(-1, 1, 40)) ** 2
    return sweep(path, rounded_rectangle(0.0074 * size, 0.0125 * size, 0.0034 * size), taper)


def _foot(radius: float) -> Floats:
    """A low foot ring from the axis outward, with a recess beneath."""
    return rounded(
        [
            (0, 0.003, 0),
            (radius * 0.84, 0.003, 0.002),
            (radius * 0.87, 0, 0.001),
            (radius * 0.97, 0, 0.0015),
            (radius, 0.006, 0.002),
            (radius * 1.03, 0.0095, 0),
        ],
        4,
    )


def _beak(mesh: Mesh, height: float, radius: float) -> Mesh:
    """The mesh with its rim drawn out to a pouring lip towards -x."""
    x, y, z = mesh.vertices.T
    angle = np.arctan2(y, -x)
    share = np.clip(z / height - 0.72, 0, None) / 0.28
    pull = share**2 * np.exp(-((angle / 0.42) ** 2)) * radius * 0.42
    narrow = 1 - 0.25 * share * np.exp(-(((np.abs(angle) - 0.75) / 0.35) ** 2))
    return replace(mesh, vertices=np.stack([x * narrow - pull, y * narrow, z + pull * 0.3], axis=1))
