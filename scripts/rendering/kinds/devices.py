"""Clocks and speakers."""

from __future__ import annotations

import numpy as np

from scripts.rendering.boxes import box
from scripts.rendering.kinds.look import Look, Part, between, skin
from scripts.rendering.lathe import lathe, ring
from scripts.rendering.materials import Material, matte, metal, plastic, wood
from scripts.rendering.mesh import Mesh
from scripts.rendering.profiles import circle, rounded, rounded_rectangle
from scripts.rendering.sweep import rod

_UPRIGHT = np.pi / 2


def clock(look: Look) -> list[Part]:
    """shape: size, form (bells below 0.4, mantel block beyond 0.75), time shown."""
    radius = between(0.06, 0.1, look.shape[0])
    block = look.shape[1] > 0.75
    lift = radius * 1.22
    case = rounded(
        [
            (0, 0, 0),
            (radius, 0, 0.006),
            (radius, 0.05, 0.006),
            (radius * 0.93, 0.05, 0.003),
            (radius * 0.91, 0.042, 0.002),
            (0, 0.042, 0),
        ],
        6,
    )
    face = lathe(rounded([(0, 0, 0), (radius * 0.92, 0, 0), (radius * 0.92, 0.001, 0.0003), (0, 0.001, 0)]))
    x, y, _ = face.vertices.T
    face = face.with_uv(0.5 + x / radius / 1.84, 0.5 + y / radius / 1.84)
    ground = "ivory" if look.accent == look.main else look.accent
    ink = "charcoal" if ground not in ("charcoal", "black", "navy") else "ivory"
    dial = plastic(ground).textured("clock", ground, ink, seed=look.seed)
    body = [
        Part(lathe(case), skin(look) if not block else metal("brass")),
        Part(face.moved(z=0.042), dial),
        *_hands(radius, look.shape[2], ink),
    ]
    upright = [part.turned(_UPRIGHT, "x").moved(y=0.025, z=lift) for part in body]
    if block:
        surface = wood(look.main, look.seed) if look.finish == "wood" else skin(look)
        width = radius * between(2.5, 3.2, look.shape[0])
        return [Part(box(width, 0.048, lift * 2.02, 0.012).moved(y=0.016), surface), *upright]
    return [*upright, *_feet(radius, lift, look)]


def _hands(radius: float, time: float, ink: str) -> list[Part]:
    """Hour and minute hands above the face, before it is turned upright."""
    minute = 2 * np.pi * ((time * 12) % 1)
    hands = []
    for angle, length, width in ((2 * np.pi * time, 0.5, 0.09), (minute, 0.76, 0.055)):
        hand = box(radius * width, radius * length, 0.0015, 0.0005).moved(y=radius * length * 0.42)
        hands.append(Part(hand.turned(-angle).moved(z=0.0445), matte(ink)))
    hub = lathe(
        rounded([(0, 0, 0), (radius * 0.06, 0, 0), (radius * 0.06, 0.006, 0.001), (0, 0.006, 0)]), segments=24
    )
    return [*hands, Part(hub.moved(z=0.043), metal("brass"))]


def _feet(radius: float, lift: float, look: Look) -> list[Part]:
    material = skin(look) if look.finish == "metal" else metal("steel", 0.2)
    parts = [
        Part(
            rod((side * radius * 0.6, 0, 0), (side * radius * 0.5, 0, lift - radius * 0.7), 0.006, 0.009),
            material,
        )
        for side in (-1, 1)
    ]
    parts.append(Part(rod((0, 0.03, 0), (0, 0.01, lift - radius * 0.8), 0.005), material))
    if look.shape[1] >= 0.4:
        return parts
    bell = rounded(
        [(0, 0, 0), (radius * 0.38, 0, 0.001), (radius * 0.36, radius * 0.16, 0.02), (0, radius * 0.3, 0)], 8
    )
    for side in (-1, 1):
        shell = lathe(bell, segments=48).turned(side * 0.6, "y")
        parts.append(Part(shell.moved(side * radius * 0.62, 0, lift + radius * 0.83), material))
    hoop = ring(circle(0.004, 10), radius * 0.3, segments=48).turned(_UPRIGHT, "x")
    return [*parts, Part(hoop.moved(z=lift + radius * 1.2), material)]


def speaker(look: Look) -> list[Part]:
    """shape: size, form (cylinder below 0.4, bookshelf box above), slenderness."""
    if look.shape[1] < 0.4:
        return _round_speaker(look)
    width = between(0.13, 0.19, look.shape[0])
    height, depth = width * between(1.35, 1.75, look.shape[2]), width * 0.9
    case = wood(look.main, look.seed) if look.finish == "wood" else skin(look)
    front = -depth / 2
    parts = [
        Part(box(width, depth, height, 0.008), case),
        Part(
            box(width * 0.92, 0.006, height * 0.95, 0.003).moved(0, front, height * 0.025), matte(look.accent)
        ),
    ]
    parts += _driver(width * 0.36, front - 0.003, height * 0.34, look)
    parts += _driver(width * 0.17, front - 0.003, height * 0.76, look)
    return parts


def _driver(radius: float, y: float, z: float, look: Look) -> list[Part]:
    """A cone with its roll, ring and dust cap, facing -y."""
    rim = ring(rounded_rectangle(radius * 0.16, 0.008, 0.002), radius, segments=56)
    cone = lathe(
        rounded(
            [
                (0, -0.001, 0),
                (radius * 1.0, -0.001, 0),
                (radius * 0.98, 0.004, 0.002),
                (radius * 0.86, 0.007, 0.004),
                (radius * 0.76, 0.003, 0.003),
                (radius * 0.36, 0.0005, 0.002),
                (radius * 0.3, 0.006, 0.005),
                (0, 0.010, 0),
            ],
            6,
        )
    )
    ring_metal = metal("copper" if look.accent == "ivory" else "steel", 0.3)
    return [
        Part(part.turned(_UPRIGHT, "x").moved(0, y, z), material)
        for part, material in ((rim, ring_metal), (cone, plastic("black")))
    ]


def _round_speaker(look: Look) -> list[Part]:
    radius = between(0.045, 0.065, look.shape[0])
    height = radius * between(2.2, 3.6, look.shape[2])
    mesh: Mesh = lathe(
        rounded(
            [
                (0, 0, 0),
                (radius * 0.96, 0, 0.006),
                (radius, 0.012, 0.004),
                (radius, height - 0.012, 0.004),
                (radius * 0.96, height, 0.006),
                (0, height, 0),
            ],
            6,
        )
    )
    fabric = Material(look.main, roughness=0.9).textured(
        "linen", look.main, repeat=(4.0, 2.0), seed=look.seed, bump=0.5
    )
    edge = radius * 0.9
    lid = [(0, 0, 0), (edge, 0, 0), (edge, 0.004, 0.002), (radius * 0.2, 0.002, 0.002), (0, 0.0015, 0)]
    band = ring(rounded_rectangle(0.003, 0.012, 0.001), radius + 0.0005, height * 0.16)
    button = lathe(rounded([(0, 0, 0), (0.009, 0, 0), (0.009, 0.003, 0.001), (0, 0.003, 0)]))
    return [
        Part(mesh, fabric),
        Part(lathe(rounded(lid)).moved(z=height), plastic(look.accent)),
        Part(band, metal("steel")),
        Part(button.moved(z=height + 0.002), metal("steel")),
    ]
