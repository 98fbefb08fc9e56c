"""Stools, chairs and side tables."""

from __future__ import annotations

import numpy as np

from scripts.rendering.kinds.look import Look, Part, between, skin, trim
from scripts.rendering.lathe import Section, lathe, ring
from scripts.rendering.materials import Material, cloth, wood
from scripts.rendering.mesh import Mesh
from scripts.rendering.profiles import circle, rounded, rounded_rectangle, spline
from scripts.rendering.sweep import rod, sweep


def surface(look: Look) -> Material:
    """The main surface of furniture, whose texture coordinates are metres."""
    return wood(look.main, look.seed) if look.finish == "wood" else skin(look, (4.0, 4.0))


def seat(look: Look) -> Material:
    """The accent surface: wood where it names one, otherwise cloth."""
    named_wood = look.accent in ("natural oak", "walnut", "beech", "black stain", "white oak")
    if named_wood:
        return wood(look.accent, look.seed + 1)
    return cloth(look.accent, look.seed)


def slab(radius: float, thick: float, section: Section, edge: float = 0.006) -> Mesh:
    """A board lying on z = 0 with rounded edges; texture coordinates are metres."""
    profile = rounded([(0, 0, 0), (radius, 0, edge), (radius, thick, edge), (0, thick, 0)], 5)
    return lathe(profile, section, 120).planar("xy")


def _cushioned(radius: float, thick: float, section: Section) -> Mesh:
    curve = spline(
        [
            (radius * 0.99, thick * 0.2),
            (radius, thick * 0.55),
            (radius * 0.86, thick),
            (radius * 0.4, thick * 1.12),
            (0.0, thick * 1.14),
        ],
        30,
    )
    return lathe(np.vstack([[[0, 0], [radius * 0.97, 0]], curve]), section, 120).planar("xy")


def stool(look: Look) -> list[Part]:
    """shape: height, seat (round, squared beyond 0.6), legs: three below 0.5, four above."""
    height, radius = between(0.44, 0.68, look.shape[0]), between(0.155, 0.19, look.shape[1])
    section = Section(squareness=5) if look.shape[1] > 0.6 else Section()
    count = 3 if look.shape[2] < 0.5 else 4
    soft = seat(look) != wood(look.accent, look.seed + 1)
    top = _cushioned(radius, 0.05, section) if soft else slab(radius, 0.032, section)
    parts = [Part(top.moved(z=height - 0.034), seat(look))]
    for i in range(count):
        angle = 2 * np.pi * i / count + np.pi / 4
        c, s = np.cos(angle), np.sin(angle)
        parts.append(
            Part(
                rod(
                    (radius * 1.08 * c, radius * 1.08 * s, 0),
                    (radius * 0.68 * c, radius * 0.68 * s, height - 0.025),
                    0.013,
                    0.018,
                ),
                surface(look),
            )
        )
    at = 0.32
    foot = ring(circle(0.008, 12), radius * between(1.08, 0.68, at), height * at)
    return [*parts, Part(foot, trim(look) if not soft else surface(look))]


def side_table(look: Look) -> list[Part]:
    """shape: height, top (round, squared beyond 0.5), foot: pedestal below 0.35, else legs."""
    height, radius = between(0.42, 0.58, look.shape[0]), between(0.2, 0.26, look.shape[0])
    section = Section(squareness=7) if look.shape[1] > 0.5 else Section()
    top = slab(radius, 0.024, section, 0.008).moved(z=height - 0.024)
    parts = [Part(top, surface(look))]
    legs = trim(look)
    if look.shape[2] < 0.35:
        base = rounded(
            [
                (0, 0, 0),
                (radius * 0.72, 0, 0.004),
                (radius * 0.72, 0.012, 0.006),
                (0.02, 0.022, 0.02),
                (0.016, height - 0.06, 0.02),
                (0.06, height - 0.024, 0.004),
                (0, height - 0.024, 0),
            ],
            8,
        )
        return [*parts, Part(lathe(base), legs)]
    for i in range(4):
        angle = np.pi / 4 + i * np.pi / 2
        out = 1.12 if look.shape[1] > 0.5 else 0.86
        c, s = radius * out * np.cos(angle), radius * out * np.sin(angle)
        parts.append(
            Part(rod((c * 1.06, s * 1.06, 0), (c * 0.8, s * 0.8, height - 0.02), 0.011, 0.017), legs)
        )
    if look.shape[2] > 0.7:
        shelf = slab(radius * 0.8, 0.014, section).moved(z=height * 0.3)
        parts.append(Part(shelf, surface(look)))
    return parts


def chair(look: Look) -> list[Part]:
    """shape: height of the back, back (slats, bent panel beyond 0.5), splay of the legs."""
    high, wide = between(0.76, 0.92, look.shape[0]), 0.43
    level, splay, frame = 0.45, between(0.0, 0.05, look.shape[2]), surface(look)
    section = Section(squareness=6)
    soft = look.accent not in ("natural oak", "walnut", "beech", "black stain", "white oak")
    top = _cushioned(wide / 2, 0.045, section) if soft else slab(wide / 2, 0.026, section)
    parts = [Part(top.moved(z=level - 0.02), seat(look))]
    x = wide * 0.4
    for side in (-1, 1):
        parts.append(
            Part(rod((side * (x + splay), -x - splay, 0), (side * x, -x, level - 0.01), 0.015, 0.021), frame)
        )
        post = spline(
            [
                (side * (x + splay), x + splay * 1.6, 0),
                (side * x, x, level),
                (side * x, x + 0.035, level + 0.2),
                (side * x, x + 0.085, high),
            ],
            30,
        )
        taper = np.interp(np.linspace(0, 1, 30), [0, 0.5, 1], [0.8, 1.1, 0.85])
        parts.append(Part(sweep(post, circle(0.018, 14), taper), frame))
        rail = rod((side * (x + splay * 0.5), -x, 0.2), (side * (x + splay * 0.5), x, 0.2), 0.011)
        parts.append(Part(rail, frame))
    return [*parts, *_back(x, level, high, look)]


def _back(x: float, level: float, high: float, look: Look) -> list[Part]:
    """The back: a bent board, or a top rail with upright slats."""

    def bent(z: float, rise: float, thick: float) -> Mesh:
        """A board across the back at height z, bent away from the sitter."""
        y = x + 0.035 + 0.05 * (z - level - 0.2) / (high - level - 0.2)
        path = spline([(-x - 0.012, y, z), (0, y + 0.03, z), (x + 0.012, y, z)], 24)
        return sweep(path, rounded_rectangle(thick, rise, thick * 0.45))

    if look.shape[1] > 0.5:
        tall = (high - level) * 0.42
        return [Part(bent(high - tall * 0.5, tall, 0.016), seat(look))]
    parts = [
        Part(bent(high - 0.03, 0.06, 0.018), surface(look)),
        Part(bent(level + 0.11, 0.03, 0.014), surface(look)),
    ]
    for share in (-0.6, -0.2, 0.2, 0.6):
        bow = 0.03 * (1 - share**2)
        parts.append(
            Part(
                rod(
                    (share * x, x + 0.016 + bow, level + 0.1),
                    (share * x, x + 0.078 + bow, high - 0.05),
                    0.009,
                ),
                surface(look),
            )
        )
    return parts
