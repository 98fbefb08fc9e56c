"""Books, suitcases and cushions."""

from __future__ import annotations

import numpy as np

from scripts.rendering.boxes import box
from scripts.rendering.kinds.look import Look, Part, between, skin, trim
from scripts.rendering.lathe import ring
from scripts.rendering.materials import Material, cloth, matte, metal, plastic
from scripts.rendering.mesh import Mesh, grid_faces, merged, without_slivers
from scripts.rendering.profiles import circle, rounded_rectangle, spline
from scripts.rendering.sweep import rod, sweep

_SPINES = ("navy", "mustard", "sage", "terracotta", "ivory", "plum", "teal")


def books(look: Look) -> list[Part]:
    """A stack. shape: how many (three to five), size, how untidy."""
    rng = np.random.default_rng(look.seed + 77)
    count, size = 3 + round(look.shape[0] * 2), between(0.85, 1.15, look.shape[1])
    parts: list[Part] = []
    height = 0.0
    for i in range(count):
        thick = float(rng.uniform(0.018, 0.034)) * size
        shrink = 1 - 0.07 * i
        colour = (look.main, look.accent)[i % 2]
        if i == 2:
            colour = "ivory" if look.main != "ivory" else "sand"
        turn = float(rng.uniform(-0.25, 0.25)) * look.shape[2]
        volume = _book(0.15 * size * shrink, 0.21 * size * shrink, thick, colour, look.seed + i)
        parts += [part.turned(turn + np.pi / 2).moved(z=height) for part in volume]
        height += thick
    return parts


def _book(width: float, tall: float, thick: float, colour: str, seed: int) -> list[Part]:
    """A closed hardback lying flat, its spine towards -x."""
    ink = "ivory" if colour not in ("ivory", "sand", "white") else "charcoal"
    board = 0.0028
    linen = Material(colour, roughness=0.7)
    front = box(width, tall, board, 0.001)
    x, y, _ = front.vertices.T
    front = front.with_uv(0.5 + x / width, 0.5 + y / tall).moved(z=thick - board)
    spine = box(board * 1.4, tall, thick, 0.0012)
    _, y, z = spine.vertices.T
    spine = spine.with_uv(0.5 - y / tall, z / thick).moved(x=-width / 2)
    pages = Material("ivory", roughness=0.9).textured("ticking", "ivory", "sand", repeat=(60, 3))
    leaves = box(width * 0.965, tall * 0.965, thick - 2 * board, 0.0006)
    return [
        Part(box(width, tall, board, 0.001), linen),
        Part(leaves.moved(x=width * 0.008, z=board), pages),
        Part(front, linen.textured("cover", colour, ink, seed=seed)),
        Part(spine, linen.textured("spine", colour, ink, seed=seed)),
    ]


def suitcase(look: Look) -> list[Part]:
    """shape: size, form (trolley below 0.6, old-fashioned case above), depth."""
    if look.shape[1] > 0.6:
        return _case(look)
    height, depth = between(0.5, 0.66, look.shape[0]), between(0.2, 0.26, look.shape[2])
    width, lift, shell = height * 0.68, 0.035, skin(look, (2, 2))
    parts = [Part(box(width, depth, height - lift, 0.045, 6).moved(z=lift), shell)]
    for i in range(-3, 4):
        rib = box(width * 0.07, depth + 0.008, (height - lift) * 0.8, 0.004, 3)
        parts.append(Part(rib.moved(i * width * 0.125, 0, lift + (height - lift) * 0.1), shell))
    seam = box(width + 0.004, 0.012, height - lift + 0.004, 0.005).moved(z=lift - 0.002)
    parts.append(Part(seam, plastic("charcoal")))
    for x in (-1, 1):
        for y in (-1, 1):
            wheel = ring(circle(0.011, 10), 0.012, segments=24).turned(np.pi / 2, "y")
            parts.append(Part(wheel.moved(x * width * 0.38, y * depth * 0.34, 0.023), matte("black")))
        parts.append(
            Part(
                rod(
                    (x * width * 0.22, depth * 0.3, height - 0.02),
                    (x * width * 0.22, depth * 0.3, height + 0.16),
                    0.007,
                ),
                metal("steel"),
            )
        )
    bar = rod((-width * 0.25, depth * 0.3, height + 0.16), (width * 0.25, depth * 0.3, height + 0.16), 0.012)
    grip = _grip(width * 0.16, height - 0.004)
    return [*parts, Part(bar, plastic("charcoal")), Part(grip, trim(look))]


def _case(look: Look) -> list[Part]:
    """A low case with straps and brass corners, standing on its long side."""
    width, height = between(0.42, 0.56, look.shape[0]), between(0.3, 0.38, look.shape[0])
    depth = between(0.14, 0.19, look.shape[2])
    leather = Material(look.main, roughness=0.55)
    if look.pattern != "plain":
        leather = leather.textured(look.pattern, look.main, look.accent, repeat=(3, 3))
    strap, brass = Material(look.accent, roughness=0.5), metal("brass")
    parts = [Part(box(width, depth, height, 0.022, 5), leather)]
    for x in (-0.28, 0.28):
        belt = box(0.026, depth + 0.008, height + 0.006, 0.006).moved(x * width, 0, -0.001)
        buckle = box(0.036, 0.006, 0.03, 0.002).moved(x * width, -depth / 2 - 0.005, height * 0.72)
        parts += [Part(belt, strap), Part(buckle, brass)]
    for x in (-1, 1):
        for z in (0.0, height - 0.036):
            corner = box(0.04, depth + 0.004, 0.04, 0.016, 4)
            parts.append(Part(corner.moved(x * (width / 2 - 0.018), 0, z - 0.002), strap))
    seam = box(width + 0.003, 0.006, height + 0.003, 0.002).moved(z=-0.001)
    return [*parts, Part(seam, strap), Part(_grip(width * 0.16, height), strap)]


def _grip(half: float, height: float) -> Mesh:
    path = spline(
        [
            (-half, 0, height - 0.004),
            (-half * 0.9, 0, height + 0.026),
            (0, 0, height + 0.036),
            (half * 0.9, 0, height + 0.026),
            (half, 0, height - 0.004),
        ],
        30,
    )
    return sweep(path, rounded_rectangle(0.012, 0.02, 0.005))


def cushion(look: Look) -> list[Part]:
    """Leaning back. shape: size, plumpness, oblong beyond 0.7."""
    half = between(0.19, 0.24, look.shape[0])
    aspect = 1.45 if look.shape[2] > 0.7 else 1.0
    thick = between(0.085, 0.13, look.shape[1])
    body, piping = _pillow(half * aspect, half, thick)
    fabric = cloth(look.main, look.seed, 2.5)
    if look.pattern != "plain":
        fabric = fabric.textured(
            look.pattern, look.main, look.accent, repeat=(2.2, 2.2), seed=look.seed, bump=0.3
        )
    edge = cloth(look.accent, look.seed, 6.0)
    lean = np.pi / 2 - 0.28
    parts = [Part(body, fabric).turned(lean, "x"), Part(piping, edge).turned(lean, "x")]
    low = min(float(part.mesh.lowest[2]) for part in parts)
    return [part.moved(z=-low) for part in parts]


def _pillow(x: float, y: float, thick: float) -> tuple[Mesh, Mesh]:
    """A filled cover in the plane z = 0 and the piping around its seam."""
    steps = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 41))
    u, v = np.meshgrid(steps, steps)
    # The middle of each side is drawn in by the filling, the corners stand out.
    pull_u, pull_v = 1 - 0.07 * (1 - v**2), 1 - 0.07 * (1 - u**2)
    rise = thick * ((1 - u**2) * (1 - v**2)) ** 0.5
    halves = []
    for sign in (1.0, -1.0):
        corners = np.stack([u * x * pull_u, v * y * pull_v, sign * rise], axis=2).reshape(-1, 3)
        faces = grid_faces(41, 41)
        halves.append(Mesh(corners, faces if sign > 0 else faces[:, ::-1], corners[:, :2]))
    side = np.linspace(-1, 1, 30)[:-1]
    rim = np.concatenate(
        [
            np.stack([side, -np.ones(29)], 1),
            np.stack([np.ones(29), side], 1),
            np.stack([-side, np.ones(29)], 1),
            np.stack([-np.ones(29), -side], 1),
        ]
    )
    flat = np.stack(
        [
            rim[:, 0] * x * (1 - 0.07 * (1 - rim[:, 1] ** 2)),
            rim[:, 1] * y * (1 - 0.07 * (1 - rim[:, 0] ** 2)),
            np.zeros(len(rim)),
        ],
        1,
    )
    return without_slivers(merged(halves)), sweep(flat, circle(0.005, 10), closed=True)
