"""Things about the house that the shop does not sell."""

from __future__ import annotations

import numpy as np

from scripts.rendering.boxes import box
from scripts.rendering.kinds.look import Look, Part, between, vessel
from scripts.rendering.lathe import lathe
from scripts.rendering.materials import Material, cloth, glass, matte, metal, plastic, wood
from scripts.rendering.mesh import Mesh, grid_faces, merged
from scripts.rendering.profiles import rounded, spline
from scripts.rendering.sweep import rod, tube


def fruit(look: Look) -> list[Part]:
    """An apple or an orange."""
    r = between(0.034, 0.042, look.shape[0])
    outline = spline(
        [(0, 0.004), (r * 0.5, 0), (r, r * 0.85), (r * 0.8, r * 1.6), (r * 0.35, r * 1.82), (0, r * 1.66)], 36
    )
    peel = Material(look.main, roughness=0.35, coat=0.3).textured(
        "reactive", look.main, look.accent, seed=look.seed
    )
    stalk = rod((0, 0, r * 1.6), (0.004, 0.002, r * 2.05), 0.0016)
    return [Part(lathe(outline), peel), Part(stalk, matte("brown"))]


def carton(look: Look) -> list[Part]:
    """A cardboard box with tape."""
    w, d = between(0.12, 0.24, look.shape[0]), between(0.1, 0.18, look.shape[1])
    h = between(0.08, 0.2, look.shape[2])
    board = Material("sand", roughness=0.85).textured("plaster", "sand", seed=look.seed)
    return [Part(box(w, d, h, 0.002), board), Part(box(w + 0.001, 0.045, h + 0.001, 0.002), plastic("beige"))]


def tin(look: Look) -> list[Part]:
    """A food tin with a paper label."""
    r, h = between(0.03, 0.045, look.shape[0]), between(0.07, 0.12, look.shape[1])
    can = rounded(
        [
            (0, 0.002, 0),
            (r * 0.94, 0.002, 0.001),
            (r * 0.96, 0, 0.001),
            (r, 0.003, 0.001),
            (r, h - 0.003, 0.001),
            (r * 0.96, h, 0.001),
            (r * 0.93, h - 0.003, 0.001),
            (0, h - 0.003, 0),
        ]
    )
    paper = rounded(
        [
            (r + 0.0002, h * 0.06, 0),
            (r + 0.0006, h * 0.07, 0),
            (r + 0.0006, h * 0.93, 0),
            (r + 0.0002, h * 0.94, 0),
        ]
    )
    wrap = Material(look.main, roughness=0.5).textured(
        "label", look.main, "ivory", look.accent, seed=look.seed
    )
    return [Part(lathe(can), metal("steel", 0.3)), Part(lathe(paper), wrap)]


def tumbler(look: Look) -> list[Part]:
    """A drinking glass."""
    r, h = between(0.032, 0.04, look.shape[0]), between(0.08, 0.13, look.shape[1])
    outer = rounded([(0, 0, 0), (r * 0.84, 0, 0.004), (r, h, 0)], 6)
    return vessel(outer, 0.0022, 0.008, (glass("clear"), glass("clear")))


def remote(look: Look) -> list[Part]:
    """A remote control."""
    body = box(0.046, 0.17, 0.018, 0.006)
    x, y, _ = body.vertices.T
    top = box(0.042, 0.165, 0.003, 0.001)
    x, y, _ = top.vertices.T
    pad = top.with_uv(0.5 + x / 0.042, 0.5 + y / 0.165).moved(z=0.016)
    return [
        Part(body, plastic("charcoal")),
        Part(pad, plastic("black").textured("keys", "black", "light grey")),
    ]


def notebook(look: Look) -> list[Part]:
    """A notebook with an elastic and a pencil on it."""
    cover = matte(look.main)
    pencil = rod((-0.06, -0.05, 0.021), (0.05, 0.07, 0.021), 0.0038)
    return [
        Part(box(0.14, 0.2, 0.017, 0.003), cover),
        Part(box(0.006, 0.202, 0.0185, 0.002).moved(x=0.055), matte("black")),
        Part(pencil, plastic("yellow")),
    ]


def blocks(look: Look) -> list[Part]:
    """Three toy bricks, one on top."""
    colours = (look.main, look.accent, "red")
    places = ((-0.028, 0.0, 0.0, 0.2), (0.03, 0.006, 0.0, -0.3), (0.0, 0.003, 0.045, 0.5))
    return [
        Part(box(0.045, 0.045, 0.045, 0.003).turned(turn).moved(x, y, z), matte(colour))
        for (x, y, z, turn), colour in zip(places, colours, strict=True)
    ]


def plant(look: Look) -> list[Part]:
    """Broad leaves on stalks in a plastic nursery pot."""
    rng = np.random.default_rng(look.seed)
    pot = rounded(
        [
            (0, 0, 0),
            (0.045, 0, 0.004),
            (0.062, 0.1, 0.003),
            (0.055, 0.1, 0.002),
            (0.052, 0.085, 0.002),
            (0, 0.085, 0),
        ]
    )
    leaves, stalks = [], []
    for i in range(11):
        angle, lean = i * 2.4 + rng.uniform(-0.3, 0.3), rng.uniform(0.25, 1.0)
        high = 0.11 + rng.uniform(0.08, 0.2) * (1.1 - 0.5 * lean)
        tip = np.array([np.cos(angle) * lean * 0.12, np.sin(angle) * lean * 0.12, high])
        stalks.append(tube(spline(np.array([[0, 0, 0.08], tip * [0.35, 0.35, 0.8], tip]), 12), 0.002))
        size = float(rng.uniform(0.06, 0.1))
        leaves.append(_leaf(size).turned(-0.5 + 0.4 * lean, "y").turned(angle).moved(*tip))
    green = Material("green", roughness=0.4).textured("reactive", "forest green", "green")
    return [
        Part(lathe(pot), matte(look.main)),
        Part(merged(stalks), matte("green")),
        Part(merged(leaves), green),
    ]


def _leaf(size: float) -> Mesh:
    """A bent, pointed leaf from the origin towards +x, seen from both sides."""
    along = np.linspace(0, 1, 12)
    half = size * 0.34 * np.sin(np.pi * along**0.8) ** 0.8
    across = np.linspace(-1, 1, 7)
    x = np.broadcast_to((along * size)[:, None], (12, 7))
    y = half[:, None] * across
    z = 0.25 * size * np.sin(along * 2.2)[:, None] * 0.6 + np.abs(y) * 0.35
    top = np.stack([x, y, np.broadcast_to(z, (12, 7))], axis=2).reshape(-1, 3)
    uv = np.stack([np.repeat(along, 7), np.tile(across * 0.5 + 0.5, 12)], axis=1)
    faces = grid_faces(12, 7)
    front = Mesh(top, faces[:, ::-1], uv)
    return merged([front, Mesh(top - [0, 0, 0.0006], faces, uv)])


def ball(look: Look) -> list[Part]:
    """A ball of yarn, or a play ball."""
    r = between(0.035, 0.06, look.shape[0])
    angle = np.linspace(-np.pi / 2, np.pi / 2, 40)
    sphere = lathe(np.stack([np.cos(angle) * r, np.sin(angle) * r + r], axis=1))
    wool = cloth(look.main, look.seed).textured("wicker", look.main, repeat=(1, 3), bump=0.6)
    return [Part(sphere, wool if look.shape[1] < 0.5 else plastic(look.main))]


def crate(look: Look) -> list[Part]:
    """An open crate of slats."""
    w, d, h = 0.36, 0.26, 0.2
    surface = wood(look.main if look.finish == "wood" else "white oak", look.seed)
    parts = [Part(box(w, d, 0.012, 0.002), surface)]
    for level in (0.015, 0.08, 0.145):
        for y in (-1, 1):
            parts.append(Part(box(w, 0.01, 0.052, 0.002).moved(0, y * d / 2, level), surface))
        for x in (-1, 1):
            parts.append(Part(box(0.01, d, 0.052, 0.002).moved(x * w / 2, 0, level), surface))
    for x in (-1, 1):
        for y in (-1, 1):
            post = box(0.025, 0.025, h, 0.002).moved(x * (w / 2 - 0.018), y * (d / 2 - 0.018))
            parts.append(Part(post, surface))
    return parts


def blanket(look: Look) -> list[Part]:
    """A folded blanket."""
    fabric = cloth(look.main, look.seed, 3.0)
    if look.pattern != "plain":
        fabric = fabric.textured("ticking", look.main, look.accent, repeat=(2.5, 2.5), bump=0.3)
    return [
        Part(
            box(0.36 - 0.01 * i, 0.28 - 0.006 * i, 0.034, 0.016, 5).moved(0.004 * i, -0.003 * i, 0.032 * i),
            fabric,
        )
        for i in range(3)
    ]
