"""Where photos are taken: tables, shelves and floors, with what stands behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scripts.rendering.boxes import box
from scripts.rendering.kinds.look import Part
from scripts.rendering.materials import Material, cloth, metal, wood
from scripts.rendering.mesh import Mesh, grid_faces
from scripts.rendering.profiles import rounded_rectangle
from scripts.rendering.sweep import sweep

SETTINGS = ("table", "shelf", "floor")
TABLE_HEIGHT, TABLE_DEPTH, SHELF_GAP = 0.74, 1.0, 0.6
FURNITURE_DEPTH = {"sofa": 0.9, "sideboard": 0.5}  # how far it stands out from the wall


@dataclass(frozen=True)
class Surface:
    """A textured surface: a texture's name, its colours, and how often it repeats in a metre."""

    texture: str
    colours: tuple[str, ...]
    repeat: float
    roughness: float = 0.6
    bump: float = 0.0

    def material(self, seed: int) -> Material:
        """The material of the surface."""
        return Material(self.colours[0], roughness=self.roughness).textured(
            self.texture, *self.colours, repeat=(self.repeat, self.repeat), seed=seed, bump=self.bump
        )


@dataclass(frozen=True)
class Room:
    """A place for things. The surface they stand on is z = 0, its middle the origin.

    depth: metres from the middle to the wall behind. cover: a cloth, runner or rug, or None.
    extras: names of what is on or at the wall, see `extras_of`.
    """

    setting: str
    top: Surface
    wall: Surface
    ground: Surface
    cover: Surface | None
    depth: float
    extras: tuple[str, ...]
    seed: int


def room_parts(room: Room) -> list[Part]:
    """The room without its things: what they stand on, the wall, the floor and the extras."""
    builders = {"table": _table, "shelf": _shelf, "floor": _floor}
    return [*builders[room.setting](room), *extras_of(room)]


def _table(room: Room) -> list[Part]:
    rng = np.random.default_rng(room.seed)
    width, depth = float(rng.uniform(1.3, 1.9)), float(rng.uniform(0.8, TABLE_DEPTH))
    top = box(width, depth, 0.035, 0.005).moved(z=-0.035).planar("yx")
    legs = [
        box(0.06, 0.06, TABLE_HEIGHT - 0.035, 0.006).moved(
            x * (width / 2 - 0.09), y * (depth / 2 - 0.09), -TABLE_HEIGHT
        )
        for x in (-1, 1)
        for y in (-1, 1)
    ]
    parts = [Part(top, room.top.material(room.seed)), *_shell(room, -TABLE_HEIGHT)]
    parts += [Part(leg, room.top.material(room.seed)) for leg in legs]
    if room.cover is not None:
        cover = box(0.42 if rng.random() < 0.5 else width * 0.98, depth * 0.99, 0.0016, 0.0008)
        parts.append(Part(cover.moved(z=-0.001).planar(), room.cover.material(room.seed)))
    return parts


def _shelf(room: Room) -> list[Part]:
    rng = np.random.default_rng(room.seed)
    width, deep = float(rng.uniform(1.3, 1.8)), 0.36
    board = box(width, deep, 0.028, 0.003).planar("yx")
    side = box(0.028, deep, SHELF_GAP * 2 + 0.06, 0.003).planar("yz")
    material = room.top.material(room.seed)
    parts = [Part(board.moved(z=level - 0.028), material) for level in (-SHELF_GAP, 0.0, SHELF_GAP + 0.028)]
    parts += [Part(side.moved(x * width / 2, 0, -SHELF_GAP - 0.03), material) for x in (-1, 1)]
    back = box(width, 0.01, SHELF_GAP * 2 + 0.06, 0.002).planar("xz")
    parts.append(Part(back.moved(0, deep / 2 + 0.006, -SHELF_GAP - 0.03), room.wall.material(room.seed + 1)))
    return [*parts, *_shell(room, -1.3)]


def _floor(room: Room) -> list[Part]:
    parts = _shell(room, 0.0)
    rng = np.random.default_rng(room.seed)
    skirting = box(7.0, 0.02, 0.1, 0.004).moved(y=room.depth - 0.01)
    parts.append(Part(skirting, Material("white", roughness=0.4)))
    if room.cover is not None:
        size = float(rng.uniform(1.3, 2.2))
        rug = box(size * 1.4, size, 0.012, 0.005).turned(float(rng.uniform(-0.4, 0.4)))
        parts.append(Part(rug.moved(z=-0.008).planar(), room.cover.material(room.seed)))
    return parts


def _shell(room: Room, level: float) -> list[Part]:
    """The ground at height `level`, and the wall behind."""
    ground = box(9.0, 9.0, 0.05, 0.001).moved(z=level - 0.05).planar()
    wall = box(9.0, 0.05, 4.2, 0.001).moved(0, room.depth + 0.025, level).planar("xz")
    if room.setting == "floor":
        return [Part(ground, room.top.material(room.seed)), Part(wall, room.wall.material(room.seed + 1))]
    return [Part(ground, room.ground.material(room.seed + 2)), Part(wall, room.wall.material(room.seed + 1))]


def extras_of(room: Room) -> list[Part]:
    """What hangs on the wall or stands at it: 'picture', 'curtain', 'sofa', 'sideboard'."""
    rng = np.random.default_rng(room.seed + 5)
    makers = {"picture": _picture, "curtain": _curtain, "sofa": _sofa, "sideboard": _sideboard}
    level = {"floor": 0.0, "table": -TABLE_HEIGHT, "shelf": -1.3}[room.setting]
    parts: list[Part] = []
    for name in room.extras:
        parts += [part.moved(z=level) for part in makers[name](room, rng)]
    return parts


def _picture(room: Room, rng: np.random.Generator) -> list[Part]:
    width, tall = float(rng.uniform(0.35, 0.6)), float(rng.uniform(0.4, 0.75))
    names = [
        str(name)
        for name in rng.choice(
            ("teal", "mustard", "blush", "navy", "olive", "terracotta", "sand", "charcoal"), 4, False
        )
    ]
    x, z = float(rng.uniform(-0.8, 0.8)), float(rng.uniform(1.0, 1.3))
    sheet = box(width, 0.012, tall, 0.002)
    u, v = sheet.vertices[:, 0] / width + 0.5, sheet.vertices[:, 2] / tall
    paper = Material("ivory", roughness=0.6).textured("print", *names, seed=int(rng.integers(1 << 20)))
    frame = box(width + 0.04, 0.02, tall + 0.04, 0.003).moved(z=-0.02)
    wooden = wood(str(rng.choice(("natural oak", "walnut", "black stain"))), room.seed)
    return [
        Part(sheet.with_uv(u, v).moved(x, room.depth - 0.024, z), paper),
        Part(frame.moved(x, room.depth - 0.012, z), wooden),
    ]


def _curtain(room: Room, rng: np.random.Generator) -> list[Part]:
    """A hanging curtain: a sheet in folds."""
    side = float(rng.choice((-1.0, 1.0)))
    x = np.linspace(0, 0.75, 120)
    fold = 0.035 * np.sin(x * 52) + 0.012 * np.sin(x * 21 + 1)
    z = np.array([2.4, 1.2, 0.02])
    grid = np.stack(
        [
            np.broadcast_to(x, (3, 120)),
            fold * np.array([[0.7], [1.0], [1.15]]),
            np.broadcast_to(z[:, None], (3, 120)),
        ],
        axis=2,
    ).reshape(-1, 3)
    faces = grid_faces(3, 120)[:, ::-1]
    mesh = Mesh(grid, faces, grid[:, [0, 2]]).moved(side * 1.25 - 0.37, room.depth - 0.09)
    colour = str(rng.choice(("ivory", "light grey", "sage", "blush", "sand", "sky blue")))
    return [Part(mesh, cloth(colour, room.seed, 6.0))]


def _sofa(room: Room, rng: np.random.Generator) -> list[Part]:
    colour = str(rng.choice(("grey", "sage", "sand", "navy", "brown", "light grey")))
    fabric = cloth(colour, room.seed, 5.0)
    y, shift = room.depth - 0.46, float(rng.uniform(-0.5, 0.5))
    pieces = [box(1.9, 0.8, 0.2, 0.03).moved(z=0.12), box(1.9, 0.22, 0.74, 0.08, 5).moved(0, 0.3, 0.1)]
    pieces += [box(0.2, 0.82, 0.48, 0.07, 5).moved(x * 0.95, 0, 0.12) for x in (-1, 1)]
    pieces += [box(0.84, 0.62, 0.17, 0.06, 5).moved(x * 0.43, -0.06, 0.3) for x in (-1, 1)]
    feet = [box(0.05, 0.05, 0.13, 0.01).moved(x * 0.85, z * 0.3) for x in (-1, 1) for z in (-1, 1)]
    return [
        *(Part(piece.moved(shift, y), fabric) for piece in pieces),
        *(Part(foot.moved(shift, y), wood("walnut", room.seed)) for foot in feet),
    ]


def _sideboard(room: Room, rng: np.random.Generator) -> list[Part]:
    surface = wood(str(rng.choice(("natural oak", "walnut", "white oak"))), room.seed)
    shift, y = float(rng.uniform(-0.6, 0.6)), room.depth - 0.25
    parts = [Part(box(1.5, 0.42, 0.62, 0.006).moved(shift, y, 0.14), surface)]
    for i in (-1, 0, 1):
        door = box(0.485, 0.018, 0.585, 0.004).moved(shift + i * 0.495, y - 0.214, 0.158)
        knob = sweep(
            np.array([[0, 0, 0], [0, -0.012, 0], [0, -0.024, 0.0]]), rounded_rectangle(0.02, 0.02, 0.008)
        )
        parts += [
            Part(door, surface),
            Part(knob.moved(shift + i * 0.495 + 0.2, y - 0.222, 0.5), metal("brass")),
        ]
    parts += [
        Part(box(0.04, 0.04, 0.14, 0.006).moved(shift + x * 0.68, y + z * 0.15), surface)
        for x in (-1, 1)
        for z in (-1, 1)
    ]
    return parts
