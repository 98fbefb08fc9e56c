"""Pans, trays and baskets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scripts.rendering.kinds.look import Look, Part, between, skin, trim, vessel
from scripts.rendering.lathe import Section, lathe, ring
from scripts.rendering.materials import Material, matte, metal, wood
from scripts.rendering.mesh import Mesh
from scripts.rendering.profiles import circle, rounded, rounded_rectangle, spline
from scripts.rendering.sweep import sweep, tube


def pan(look: Look) -> list[Part]:
    """shape: width, depth (frying pan to saucepan with a lid beyond 0.6), length of the handle."""
    radius = between(0.09, 0.14, look.shape[0])
    deep = look.shape[1] > 0.6
    height = radius * (0.95 if deep else between(0.3, 0.45, look.shape[1]))
    foot = radius * (0.97 if deep else 0.78)
    outer = rounded(
        [(0, 0, 0), (foot, 0, 0.014), (radius, height * 0.94, 0.004), (radius * 1.03, height, 0)], 7
    )
    lining = metal("steel", 0.35) if look.finish == "metal" else matte("charcoal")
    parts = vessel(outer, 0.003, 0.005, (skin(look), lining))
    reach = radius * between(1.3, 1.8, look.shape[2])
    path = spline(
        [
            (radius * 0.97, 0, height * 0.72),
            (radius * 1.25, 0, height * 0.86),
            (radius + reach * 0.6, 0, height * 1.12),
            (radius + reach, 0, height * 1.15),
        ],
        30,
    )
    swell = np.interp(np.linspace(0, 1, 30), [0, 0.2, 0.7, 0.96, 1], [0.75, 0.7, 1.15, 1.1, 0.7])
    parts.append(Part(sweep(path, rounded_rectangle(0.013, 0.022, 0.006), swell), trim(look)))
    return [*parts, *_pan_lid(radius, height, look)] if deep else parts


def _pan_lid(radius: float, height: float, look: Look) -> list[Part]:
    dome = rounded(
        [
            (0, 0, 0),
            (radius * 1.02, 0, 0.001),
            (radius * 1.04, 0.004, 0.002),
            (radius * 0.75, 0.02, 0.02),
            (0, 0.03, 0),
        ],
        6,
    )
    knob = rounded(
        [
            (0, 0, 0),
            (0.008, 0, 0),
            (0.008, 0.012, 0.003),
            (0.019, 0.018, 0.004),
            (0.017, 0.03, 0.005),
            (0, 0.031, 0),
        ]
    )
    return [
        Part(lathe(dome).moved(z=height + 0.001), skin(replace(look, pattern="plain"))),
        Part(lathe(knob, segments=40).moved(z=height + 0.029), trim(look)),
    ]


def tray(look: Look) -> list[Part]:
    """shape: size, form (round below 0.5, oblong above), height of the rim."""
    radius, rise = between(0.14, 0.2, look.shape[0]), between(0.018, 0.04, look.shape[2])
    oblong = look.shape[1] >= 0.5
    section = Section(squareness=9, aspect=1.45) if oblong else Section()
    profile = rounded(
        [
            (0, 0, 0),
            (radius * 0.93, 0, 0.004),
            (radius, rise, 0.003),
            (radius * 0.965, rise, 0.003),
            (radius * 0.915, 0.007, 0.004),
            (0, 0.007, 0),
        ],
        6,
    )
    surface = wood(look.main, look.seed) if look.finish == "wood" else skin(look, (3.5, 3.5))
    body = lathe(profile, section, 160).planar("yx")
    grips = [
        Part(_grip(side * radius * section.aspect * 0.965, radius * 0.34, rise), trim(look))
        for side in (-1, 1)
    ]
    return [Part(body, surface), *grips]


def _grip(x: float, half: float, rise: float) -> Mesh:
    path = spline(
        [
            (x, -half, rise * 0.7),
            (x, -half, rise * 1.5),
            (x, -half * 0.6, rise + 0.03),
            (x, half * 0.6, rise + 0.03),
            (x, half, rise * 1.5),
            (x, half, rise * 0.7),
        ],
        40,
    )
    return tube(path, 0.005)


def basket(look: Look) -> list[Part]:
    """shape: size, how it opens, handles: two loops below 0.5, one arch above."""
    top = between(0.13, 0.2, look.shape[0])
    height, foot = top * between(0.9, 1.5, look.shape[1]), top * between(0.95, 0.72, look.shape[1])
    outer = rounded([(0, 0, 0), (foot, 0, 0.02), (top * 1.02, height * 0.55, 0.12), (top, height, 0)], 12)
    weave = Material(look.main, roughness=0.8).textured(
        "wicker", look.main, repeat=(2.0, 1.0), seed=look.seed, bump=1.0
    )
    border = weave.textured("wicker", look.accent, repeat=(3.0, 0.2), seed=look.seed, bump=1.0)
    parts = vessel(outer, 0.007, 0.01, (weave, weave))
    parts.append(Part(ring(circle(0.011, 14), top - 0.003, height), border))
    parts.append(Part(ring(circle(0.008, 14), foot * 0.99, 0.012), border))
    hold = [_arch(top, height)] if look.shape[2] >= 0.5 else [_loop(x, top, height) for x in (-1, 1)]
    return [*parts, *(Part(handle, border) for handle in hold)]


def _arch(top: float, height: float) -> Mesh:
    """A handle over the whole basket."""
    points = [(top, 0.9 * height), (top * 0.92, height + top * 0.55), (0, height + top * 0.95)]
    points += [(-x, z) for x, z in points[1::-1]]
    return tube(spline([(x, 0, z) for x, z in points], 60), 0.01)


def _loop(side: int, top: float, height: float) -> Mesh:
    """A small handle on one side of the rim."""
    x = side * top
    path = [
        (x, -0.055, height * 0.93),
        (x * 1.04, -0.045, height + 0.045),
        (x * 1.04, 0.045, height + 0.045),
        (x, 0.055, height * 0.93),
    ]
    return tube(spline(path, 40), 0.008)
