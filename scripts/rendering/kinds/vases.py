"""Bottles, vases and plant pots."""

from __future__ import annotations

import numpy as np

from scripts.rendering.kinds.look import Look, Part, between, skin, trim, turned_wood, vessel
from scripts.rendering.lathe import ROUND, Section, lathe, ring
from scripts.rendering.materials import finished, matte, metal
from scripts.rendering.profiles import circle, rounded, spline


def vase(look: Look) -> list[Part]:
    """shape: height, silhouette from bottle to belly, section: round, fluted or twisted square."""
    height, s = between(0.16, 0.34, look.shape[0]), look.shape[1]
    foot, belly = between(0.55, 0.4, s), between(0.62, 1.0, s)
    neck, mouth = between(0.34, 0.42, s), between(0.46, 0.6, s)
    unit = height * between(0.24, 0.36, s)
    wall = [
        (unit * foot, 0.003),
        (unit * belly, height * between(0.3, 0.42, s)),
        (unit * neck, height * between(0.7, 0.82, s)),
        (unit * mouth, height),
    ]
    base = rounded([(0, 0.001, 0), (unit * foot * 0.96, 0, 0.002), (unit * foot, 0.003, 0)], 4)
    section = ROUND
    if look.shape[2] > 0.75:
        section = Section(squareness=3.6)
    elif look.shape[2] > 0.5:
        section = Section(flutes=22, depth=0.022)
    inside = finished(look.finish if look.finish == "glass" else "matte", look.main)
    outer = np.vstack([base, spline(wall, 48)[1:]])
    return vessel(outer, 0.004, 0.012, (skin(look, (1.0, 2.0)), inside), section)


def bottle(look: Look) -> list[Part]:
    """A glass carafe with a stopper, or a closed flask. shape: height, neck, shoulder."""
    height = between(0.2, 0.28, look.shape[0])
    radius, neck = height * between(0.15, 0.18, look.shape[2]), between(0.34, 0.56, look.shape[1])
    shoulder = height * between(0.56, 0.74, look.shape[2])
    outer = rounded(
        [
            (0, 0, 0),
            (radius, 0, 0.006),
            (radius, shoulder, 0.03),
            (radius * neck, height * 0.84, 0.02),
            (radius * neck, height * 0.98, 0.002),
            (radius * neck * 1.12, height * 0.985, 0.002),
            (radius * neck * 1.12, height, 0),
        ],
        8,
    )
    if look.finish == "glass":
        cork = rounded(
            [
                (0, 0, 0),
                (radius * neck * 0.84, 0, 0.002),
                (radius * neck * 1.15, height * 0.06, 0.003),
                (radius * neck * 1.15, height * 0.1, 0.003),
                (0, height * 0.1, 0),
            ]
        )
        stopper = Part(lathe(cork, segments=40).moved(z=height * 0.95), turned_wood("beech"))
        return [*vessel(outer, 0.0035, 0.008, (skin(look), skin(look))), stopper]
    closed = np.vstack([outer, [[0, height]]])
    return [Part(lathe(closed), skin(look, (1.0, 2.0))), *_cap(radius * neck * 1.16, height * 0.99, look)]


def plant_pot(look: Look) -> list[Part]:
    """shape: size, taper, rim: plain, collared beyond 0.4, squared beyond 0.75."""
    top = between(0.065, 0.13, look.shape[0])
    height, foot = top * between(1.4, 1.9, look.shape[0]), top * between(0.68, 0.9, look.shape[1])
    section = Section(squareness=6) if look.shape[2] > 0.75 else ROUND
    step = 0.012 if 0.4 < look.shape[2] <= 0.75 else 0.0
    outer = rounded(
        [
            (0, 0, 0),
            (foot, 0, 0.004),
            (top - step, height * 0.8, 0.001 + step / 4),
            (top, height * 0.81, 0.003),
            (top + step / 3, height, 0),
        ],
        5,
    )
    saucer = rounded(
        [
            (0, 0, 0),
            (foot * 1.12, 0, 0.004),
            (foot * 1.34, 0.022, 0.002),
            (foot * 1.28, 0.022, 0.002),
            (foot * 1.1, 0.007, 0.002),
            (0, 0.007, 0),
        ],
        5,
    )
    pot = vessel(outer, 0.006, 0.012, (skin(look), finished("matte", look.main)), section)
    soil = _soil(top * 0.9, section).moved(z=height * 0.82)
    return [*(part.moved(z=0.007) for part in pot), Part(lathe(saucer, section), skin(look)), soil]


def _soil(radius: float, section: Section) -> Part:
    disc = rounded([(0, 0, 0), (radius, 0, 0), (radius, 0.002, 0.001), (0, 0.008, 0)])
    earth = matte("brown").textured("carpet", "brown", repeat=(2, 2), bump=0.6)
    return Part(lathe(disc, section), earth)


def _cap(radius: float, height: float, look: Look) -> list[Part]:
    """A screw cap with a carrying loop."""
    tall = radius * 1.5
    cap = rounded([(0, 0, 0), (radius, 0, 0.001), (radius, tall, 0.004), (0, tall, 0)])
    loop = ring(circle(radius * 0.17, 12), radius * 0.62, segments=40).turned(np.pi / 2, "x")
    grooves = Section(flutes=30, depth=0.02)
    material = metal("steel") if look.accent == "steel" else trim(look)
    return [
        Part(lathe(cap, grooves).moved(z=height), material),
        Part(loop.moved(z=height + tall + radius * 0.35), material),
    ]
