"""A scene: a room, its light, things in their places, a camera and its film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scripts.rendering.cameras import Camera
from scripts.rendering.effects import Film
from scripts.rendering.kinds import CLUTTER, FLOOR_ONLY, ON_THE_FLOOR, SOLD, build
from scripts.rendering.kinds.look import Look, Part
from scripts.rendering.moods import Mood, random_mood, random_room
from scripts.rendering.placing import Footprint, Placement, Region, arrange
from scripts.rendering.rooms import FURNITURE_DEPTH, SHELF_GAP, TABLE_DEPTH, Room, room_parts
from scripts.rendering.shots import Shot, Thing
from scripts.rendering.styles import random_look
from scripts.rendering.viewpoints import corners_of, random_camera, random_film

Wanted = Sequence[tuple[Look, str]]
REGIONS = {
    "table": Region(0.62, 0.37),
    "shelf": Region(0.62, 0.17, SHELF_GAP - 0.03),
    "floor": Region(1.3, 0.8),
}
_SIZES = ((512, 512), (512, 384), (384, 512))
_TURNS = {"table": 2.6, "shelf": 0.7, "floor": 0.9}
_ARM = 0.1  # metres that people keep between a camera and what stands about
_PERCHES = frozenset({"side table", "stool"})


@dataclass(frozen=True)
class Scene:
    """Everything a photo is made from, as plain data: equal scenes make equal photos."""

    room: Room
    mood: Mood
    placements: tuple[Placement, ...]
    camera: Camera
    film: Film
    seed: int


def compose(seed: int, setting: str, wanted: Wanted, foreign: Wanted) -> Scene:
    """A scene of the wanted looks (with their product ids) and of foreign things among them.

    The camera is aimed at the wanted things, or at the foreign ones when nothing is wanted.
    """
    rng = np.random.default_rng(seed)
    room, mood = random_room(rng, setting), random_mood(rng, setting)
    turned = _TURNS[setting]
    placed = arrange(rng, [*wanted, *foreign], REGIONS[setting], turned)
    placed = [_perched(rng, item, placed) for item in placed]
    room = replace(room, depth=round(max(room.depth, _behind(room, placed)), 3))
    aim = [item for item in placed if item[0].product_id] or placed
    corners = corners_of([print_ for _, print_ in aim], [place.z for place, _ in aim])
    size = _SIZES[int(rng.choice(3, p=(0.5, 0.3, 0.2)))]
    camera = random_camera(rng, setting, corners, size)
    placements = tuple(place for place, print_ in placed if not _in_the_way(place, print_, camera))
    return Scene(room, mood, placements, camera, random_film(rng, mood.name), seed)


def scene_shot(scene: Scene) -> Shot:
    """What the renderer needs for a scene; owners are positions in its placements."""
    things = [Thing(placed_parts(place), owner) for owner, place in enumerate(scene.placements)]
    room = Thing(tuple(room_parts(scene.room)))
    return Shot((*things, room), scene.mood.lights, scene.mood.sky, scene.camera)


def placed_parts(place: Placement) -> tuple[Part, ...]:
    """The parts of a placement, in the room's coordinates."""
    return tuple(part.turned(place.turn).moved(place.x, place.y, place.z) for part in build(place.look))


def fits(kind: str, setting: str) -> bool:
    """Whether a kind belongs into a setting."""
    if setting == "floor":
        return kind in ON_THE_FLOOR
    if kind in ("crate", "blanket", "carton"):
        return False
    return kind not in FLOOR_ONLY and not (setting == "shelf" and kind in ("tray", "pan"))


def foreign_looks(
    rng: np.random.Generator, setting: str, count: int, used: dict[str, frozenset[str]]
) -> list[tuple[Look, str]]:
    """Looks that are nobody's products: household clutter, and goods in colours not on sale.

    used: the main colours a kind is sold in.
    """
    looks = []
    for _ in range(count):
        kinds = SOLD if rng.random() < 0.4 else CLUTTER
        kind = str(rng.choice([kind for kind in kinds if fits(kind, setting)]))
        looks.append((random_look(rng, kind, used.get(kind, frozenset())), ""))
    return looks


def _perched(
    rng: np.random.Generator, item: tuple[Placement, Footprint], placed: list[tuple[Placement, Footprint]]
) -> tuple[Placement, Footprint]:
    """The item, lifted onto a free side table or stool when it is small and one is there."""
    place, print_ = item
    small = max(print_.half_width, print_.half_depth) < 0.13
    if place.look.kind in ON_THE_FLOOR - {"plant pot", "lantern"} or not small:
        return item
    for other, base in placed:
        if other.look.kind in _PERCHES and not _is_perch_taken(other, placed, place):
            x, y = round(other.x, 4), round(other.y, 4)
            return replace(place, x=x, y=y, z=round(base.height, 4)), replace(print_, x=x, y=y)
    return item


def _is_perch_taken(perch: Placement, placed: list[tuple[Placement, Footprint]], asking: Placement) -> bool:
    """Only the first small thing in the scene gets the perch."""
    for place, print_ in placed:
        if place is asking:
            return False
        if place is not perch and max(print_.half_width, print_.half_depth) < 0.13:
            return True
    return False


def _in_the_way(place: Placement, print_: Footprint, camera: Camera) -> bool:
    """Whether a foreign thing stands where the camera is held, so that it would hide the rest."""
    aside = float(np.hypot(camera.eye[0] - place.x, camera.eye[1] - place.y))
    near = aside < max(print_.half_width, print_.half_depth) + _ARM
    return near and not place.product_id and camera.eye[2] < place.z + print_.height + _ARM


def _behind(room: Room, placed: list[tuple[Placement, Footprint]]) -> float:
    """How far the wall must be, in metres, for the things and the furniture before it."""
    rear = max((float(print_.corners()[:, 1].max()) for _, print_ in placed), default=0.0)
    if room.setting == "table":
        rear = TABLE_DEPTH / 2
    return rear + 0.1 + max((FURNITURE_DEPTH.get(name, 0.0) for name in room.extras), default=0.0)
