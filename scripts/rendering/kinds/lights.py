"""Candles, lanterns and table lamps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scripts.rendering.boxes import box
from scripts.rendering.kinds.look import Look, Part, between, skin, trim, vessel
from scripts.rendering.lathe import Section, lathe, ring
from scripts.rendering.materials import Material, matte, metal
from scripts.rendering.mesh import Mesh
from scripts.rendering.profiles import circle, rounded, spline
from scripts.rendering.sweep import rod

_WAX = Material("ivory", roughness=0.45, coat=0.3)


def candle(look: Look) -> list[Part]:
    """A jar with a label below shape 0.5, a pillar on a dish above. shape: form, width, height."""
    radius, height = between(0.033, 0.046, look.shape[1]), between(0.07, 0.15, look.shape[2])
    if look.shape[0] < 0.5:
        height = min(height, radius * 2.4)
        outer = rounded([(0, 0, 0), (radius, 0, 0.005), (radius, height, 0)], 6)
        filling = _wick_top(radius * 0.9, height * 0.78)
        return [*vessel(outer, 0.003, 0.006, (skin(look), skin(replace(look, pattern="plain")))), *filling]
    wax = rounded(
        [
            (0, 0, 0),
            (radius, 0, 0.002),
            (radius, height, 0.006),
            (radius * 0.6, height * 0.985, 0.01),
            (0, height * 0.975, 0),
        ],
        6,
    )
    dish = rounded(
        [
            (0, 0, 0),
            (radius * 1.5, 0, 0.003),
            (radius * 1.85, 0.016, 0.002),
            (radius * 1.8, 0.018, 0.002),
            (radius * 1.45, 0.005, 0.004),
            (0, 0.005, 0),
        ],
        5,
    )
    coloured = replace(skin(look), roughness=0.45, coat=0.3)
    return [
        Part(lathe(dish), trim(look)),
        Part(lathe(wax).moved(z=0.005), coloured),
        *_wick(height * 0.975 + 0.004),
    ]


def _wick_top(radius: float, height: float) -> list[Part]:
    disc = rounded(
        [
            (0, height * 0.15, 0),
            (radius, height * 0.15, 0),
            (radius, height, 0.002),
            (radius * 0.6, height * 0.985, 0.01),
            (0, height * 0.98, 0),
        ]
    )
    return [Part(lathe(disc), _WAX), *_wick(height * 0.98)]


def _wick(height: float) -> list[Part]:
    return [Part(rod((0, 0, height - 0.004), (0.002, 0.001, height + 0.012), 0.0013), matte("charcoal"))]


def lantern(look: Look) -> list[Part]:
    """shape: size, how slender, roof: pointed below 0.5, domed above."""
    wide = between(0.14, 0.2, look.shape[0])
    height, half = wide * between(1.3, 1.9, look.shape[1]), wide * 0.44
    frame = skin(look)
    parts = [
        Part(box(wide, wide, 0.022, 0.004), frame),
        Part(box(wide * 0.96, wide * 0.96, 0.016, 0.004).moved(z=height), frame),
    ]
    for x in (-half, half):
        for y in (-half, half):
            post = box(0.012, 0.012, height - 0.02, 0.002).moved(x, y, 0.021)
            parts.append(Part(post, frame))
    for height_share in (0.34, 0.67):
        for turn in range(4):
            bar = box(half * 2, 0.005, 0.005, 0.001).moved(0, half, height * height_share)
            parts.append(Part(bar.turned(turn * np.pi / 2), frame))
    parts.append(Part(_roof(half, wide, look).moved(z=height + 0.015), frame))
    hoop = ring(circle(0.0035, 10), wide * 0.2, segments=48).turned(np.pi / 2, "x")
    crown = height + 0.015 + wide * (0.5 if look.shape[2] < 0.5 else 0.42)
    parts.append(Part(hoop.moved(z=crown + wide * 0.16), trim(look)))
    wax = rounded(
        [(0, 0, 0), (wide * 0.19, 0, 0.002), (wide * 0.19, height * 0.45, 0.006), (0, height * 0.44, 0)]
    )
    return [*parts, Part(lathe(wax).moved(z=0.022), _WAX), *_wick(height * 0.44 + 0.022)]


def _roof(half: float, wide: float, look: Look) -> Mesh:
    square = Section(squareness=8)
    if look.shape[2] < 0.5:
        return lathe(
            rounded(
                [
                    (0, 0, 0),
                    (wide * 0.46, 0, 0.003),
                    (half * 0.3, wide * 0.42, 0.02),
                    (half * 0.28, wide * 0.5, 0.005),
                    (0, wide * 0.5, 0),
                ]
            ),
            square,
        )
    dome = spline(
        [
            (wide * 0.46, 0.004),
            (wide * 0.4, wide * 0.18),
            (wide * 0.2, wide * 0.34),
            (wide * 0.06, wide * 0.4),
            (0.0, wide * 0.42),
        ],
        24,
    )
    return lathe(np.vstack([[[0, 0], [wide * 0.45, 0]], dome]), square)


def lamp(look: Look) -> list[Part]:
    """shape: height, body (turned belly, stem, or cone), shade: drum to cone."""
    height, belly = between(0.34, 0.52, look.shape[0]), look.shape[1]
    shade_tall = height * 0.4
    body_tall = height - shade_tall * 0.92
    top = between(0.11, 0.06, look.shape[2]) * height / 0.42
    low = between(0.12, 0.145, look.shape[2]) * height / 0.42
    shade_cloth = Material(look.accent, roughness=0.95).textured(
        "linen", look.accent, repeat=(6.0, 1.6), seed=look.seed, bump=0.15
    )
    start = height - shade_tall
    parts = [
        Part(_body(body_tall, belly), skin(look)),
        Part(_shade(low, top, shade_tall).moved(z=start), shade_cloth),
        Part(rod((0, 0, body_tall * 0.95), (0, 0, height * 0.97), 0.005), metal("brass")),
        Part(rod((0, 0, start + 0.02), (0, 0, start + 0.075), 0.014), matte("ivory")),
    ]
    spoke = height - 0.014
    parts += [
        Part(rod((0, 0, spoke), (top * np.cos(a), top * np.sin(a), spoke), 0.002), metal("brass"))
        for a in (0.5, 2.6, 4.7)
    ]
    return parts


def _body(tall: float, belly: float) -> Mesh:
    if belly < 0.33:
        outline = rounded(
            [
                (0, 0, 0),
                (0.075, 0, 0.004),
                (0.075, 0.014, 0.006),
                (0.014, 0.022, 0.01),
                (0.011, tall, 0.002),
                (0, tall, 0),
            ],
            6,
        )
        return lathe(outline)
    if belly < 0.66:
        wall = [(0.058, 0.006), (0.082, tall * 0.3), (0.07, tall * 0.62), (0.022, tall * 0.88), (0.016, tall)]
    else:
        wall = [
            (0.07, 0.006),
            (0.062, tall * 0.25),
            (0.045, tall * 0.55),
            (0.024, tall * 0.85),
            (0.018, tall),
        ]
    base = rounded([(0, 0, 0), (wall[0][0], 0, 0.003), (wall[0][0], 0.006, 0)])
    return lathe(np.vstack([base, spline(wall, 40)[1:], [[0, tall]]]))


def _shade(low: float, top: float, tall: float) -> Mesh:
    wall = 0.0025
    outline = [(low, 0), (top, tall), (top - wall, tall), (low - wall, 0), (low, 0)]
    return lathe(np.array(outline, dtype=float))
