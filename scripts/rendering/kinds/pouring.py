"""Teapots and kettles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scripts.rendering.kinds.drinkware import handle_loop
from scripts.rendering.kinds.look import Floats, Look, Part, between, skin, trim
from scripts.rendering.lathe import lathe
from scripts.rendering.mesh import Mesh
from scripts.rendering.profiles import circle, rounded, rounded_rectangle, spline
from scripts.rendering.sweep import sweep


def teapot(look: Look) -> list[Part]:
    """shape: size, how tall, how the widest part sits."""
    radius = between(0.065, 0.09, look.shape[0])
    height = radius * between(1.15, 1.75, look.shape[1])
    middle = between(0.32, 0.6, look.shape[2])
    belly = [
        (radius * 0.62, 0.004),
        (radius * 0.97, height * middle),
        (radius * 0.86, height * (middle + 0.25)),
        (radius * 0.48, height),
    ]
    body = np.vstack(
        [
            rounded([(0, 0, 0), (radius * 0.6, 0, 0.002), (radius * 0.62, 0.004, 0)]),
            spline(belly, 40)[1:],
            [[radius * 0.44, height * 1.005], [0, height]],
        ]
    )
    surface, plain = skin(look), skin(replace(look, pattern="plain"))
    lid = _lid(radius * 0.47, radius * 0.16, height)
    spout = _spout(radius, height, middle)
    handle = handle_loop(radius * 0.8, height * 0.24, height * 0.85, radius * 0.62, 1.25)
    knob = trim(look) if look.accent in ("brass", "natural oak", "walnut") else plain
    return [
        Part(lathe(body), surface),
        Part(lid, plain),
        Part(_knob(radius * 0.15, height, radius * 0.17), knob),
        Part(spout, plain),
        Part(handle, plain),
    ]


def kettle(look: Look) -> list[Part]:
    """shape: size, how steep the sides are, handle: arch below 0.5, side grip above."""
    radius = between(0.085, 0.105, look.shape[0])
    height = radius * between(1.1, 1.6, look.shape[1])
    body = rounded(
        [
            (0, 0, 0),
            (radius, 0, 0.008),
            (radius * 1.0, height * 0.2, 0.03),
            (radius * 0.6, height * 0.97, 0.012),
            (radius * 0.52, height, 0.006),
            (0, height, 0),
        ],
        8,
    )
    spout = _spout(radius * 0.95, height, 0.5)
    top = height + 0.13 * radius
    parts = [
        Part(lathe(body), skin(look)),
        Part(spout, skin(replace(look, pattern="plain"))),
        Part(_lid(radius * 0.5, radius * 0.1, height), skin(replace(look, pattern="plain"))),
        Part(_knob(radius * 0.13, top - 0.03 * radius, radius * 0.2), trim(look)),
    ]
    if look.shape[2] < 0.5:
        return [*parts, *_arch(radius, height, look)]
    grip = handle_loop(radius * 0.7, height * 0.3, height * 0.95, radius * 0.75, 1.5)
    return [*parts, Part(grip, trim(look))]


def _lid(radius: float, rise: float, height: float) -> Mesh:
    curve = spline(
        [(radius * 1.03, 0.004), (radius * 0.8, rise * 0.6), (radius * 0.3, rise), (0.0, rise * 1.05)], 20
    )
    edge = np.array([[0.0, 0.0], [radius, 0.0], [radius * 1.03, 0.0015]])
    return lathe(np.vstack([edge, curve])).moved(z=height)


def _knob(radius: float, height: float, rise: float) -> Mesh:
    ball = spline(
        [
            (radius * 0.5, 0),
            (radius * 0.55, rise * 0.3),
            (radius, rise * 0.75),
            (radius * 0.7, rise * 1.15),
            (0.0, rise * 1.3),
        ],
        24,
    )
    return lathe(np.vstack([[[0.0, 0.0]], ball]), segments=32).moved(z=height + rise * 0.35)


def _spout(radius: float, height: float, middle: float) -> Mesh:
    """A curved spout towards -x that narrows to its mouth."""
    low = height * max(middle - 0.12, 0.25)
    path = spline(
        [
            (-radius * 0.7, 0, low),
            (-radius * 1.2, 0, low + height * 0.1),
            (-radius * 1.42, 0, height * 0.72),
            (-radius * 1.72, 0, height * 0.98),
        ],
        30,
    )
    taper = np.linspace(1.0, 0.42, 30) ** 0.9
    return sweep(path, circle(radius * 0.27, 20), taper)


def _arch(radius: float, height: float, look: Look) -> list[Part]:
    """An upright bail over the lid: a strip on either side and a grip on top."""
    top, wide = height * 1.62, radius * 0.72
    strip = rounded_rectangle(0.004, 0.014, 0.0018)
    path: Floats = spline(
        [
            (wide, 0, height * 0.68),
            (wide * 1.08, 0, height * 1.2),
            (wide * 0.7, 0, top * 0.985),
            (0, 0, top),
            (-wide * 0.7, 0, top * 0.985),
            (-wide * 1.08, 0, height * 1.2),
            (-wide, 0, height * 0.68),
        ],
        60,
    )
    grip = path[18:42]
    swell = 1 - 0.35 * np.linspace(-1, 1, len(grip)) ** 4
    metal = skin(replace(look, finish="metal", main="steel", pattern="plain"))
    return [
        Part(sweep(path, strip), metal),
        Part(sweep(grip, rounded_rectangle(0.018, 0.024, 0.008), swell), trim(look)),
    ]
