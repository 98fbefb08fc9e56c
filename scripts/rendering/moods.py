"""Random rooms and the light in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scripts.rendering.rooms import Room, Surface
from scripts.rendering.shots import Light, Rgb

MOODS = ("window", "overcast", "sun", "lamp", "dusk")
_WOODS = ("natural oak", "walnut", "beech", "white oak", "black stain")
_TOPS = (
    *(Surface("wood", (name,), 1.1, 0.42) for name in _WOODS),
    Surface("planks", ("natural oak",), 1.6, 0.5),
    Surface("planks", ("walnut",), 1.6, 0.5),
    Surface("marble", ("white", "grey"), 0.9, 0.15),
    Surface("concrete", ("light grey",), 0.9, 0.7),
    Surface("tiles", ("ivory", "light grey"), 2.2, 0.25),
    Surface("plaster", ("white",), 1.0, 0.35),
    Surface("plaster", ("charcoal",), 1.0, 0.4),
    Surface("linen", ("ivory",), 3.0, 0.9, 0.2),
)
_GROUNDS = (
    Surface("planks", ("natural oak",), 0.9, 0.45),
    Surface("planks", ("walnut",), 0.9, 0.45),
    Surface("planks", ("white oak",), 0.9, 0.5),
    Surface("planks", ("beech",), 1.0, 0.4),
    Surface("tiles", ("light grey", "grey"), 0.8, 0.3),
    Surface("tiles", ("terracotta", "sand"), 0.9, 0.5),
    Surface("concrete", ("light grey",), 0.6, 0.6),
    Surface("carpet", ("grey",), 2.0, 0.95, 0.5),
    Surface("carpet", ("beige",), 2.0, 0.95, 0.5),
    Surface("carpet", ("sage",), 2.0, 0.95, 0.5),
)
_WALLS = (
    *(
        Surface("plaster", (name,), 0.7, 0.9)
        for name in ("white", "ivory", "light grey", "sage", "blush", "sky blue", "beige", "teal", "white")
    ),
    Surface("metro", ("white", "light grey"), 1.0, 0.2),
    Surface("metro", ("sage", "white"), 1.0, 0.2),
    Surface("ticking", ("ivory", "beige"), 1.2, 0.9),
    Surface("leaves", ("ivory", "sage"), 0.9, 0.9),
    Surface("concrete", ("light grey",), 0.5, 0.85),
)
_CLOTHS = (
    Surface("linen", ("sand",), 3.5, 0.9, 0.2),
    Surface("gingham", ("ivory", "red"), 2.5, 0.9),
    Surface("gingham", ("ivory", "blue"), 2.5, 0.9),
    Surface("ticking", ("ivory", "navy"), 2.5, 0.9),
    Surface("linen", ("teal",), 3.5, 0.9, 0.2),
    Surface("linen", ("light grey",), 3.5, 0.9, 0.2),
)
_RUGS = (
    Surface("rug", ("ivory", "charcoal"), 0.8, 0.95),
    Surface("rug", ("terracotta", "ivory"), 0.7, 0.95),
    Surface("carpet", ("navy",), 2.0, 0.95, 0.5),
    Surface("ticking", ("ivory", "grey"), 0.9, 0.95),
    Surface("linen", ("mustard",), 3.0, 0.95, 0.3),
    Surface("rug", ("teal", "sand"), 0.8, 0.95),
)


@dataclass(frozen=True)
class Mood:
    """The light of a scene: lamps and windows, and what comes from all around."""

    name: str
    lights: tuple[Light, ...]
    sky: Rgb


def random_room(rng: np.random.Generator, setting: str) -> Room:
    """A room of a setting with random surfaces and extras."""
    covers = _RUGS if setting == "floor" else _CLOTHS
    covered = setting != "shelf" and rng.random() < 0.35
    depth = {"table": rng.uniform(0.6, 1.8), "shelf": 0.5, "floor": rng.uniform(0.9, 1.9)}[setting]
    extras = _extras(rng, setting, float(depth))
    tops = {"table": _TOPS, "shelf": _TOPS[:7], "floor": _GROUNDS}[setting]
    return Room(
        setting,
        _pick(rng, tops),
        _pick(rng, _WALLS),
        _pick(rng, _GROUNDS),
        _pick(rng, covers) if covered else None,
        round(float(depth), 3),
        extras,
        int(rng.integers(1 << 30)),
    )


def random_mood(rng: np.random.Generator, setting: str) -> Mood:
    """Light for a setting: mostly daylight, sometimes a lamp or dusk."""
    name = str(rng.choice(MOODS, p=(0.38, 0.16, 0.14, 0.18, 0.14)))
    side = float(rng.choice((-1.0, 1.0)))
    scale = 1.5 if setting == "floor" else 1.0
    makers = {"window": _window, "overcast": _overcast, "sun": _sun, "lamp": _lamp, "dusk": _dusk}
    lights, sky = makers[name](rng, side)
    placed = tuple(_scaled(light, scale) for light in lights)
    return Mood(name, placed, sky)


def _window(rng: np.random.Generator, side: float) -> tuple[list[Light], Rgb]:
    """A window of four panes, so that glossy things show its cross."""
    y, power = float(rng.uniform(-0.9, 0.4)), float(rng.uniform(0.8, 1.2))
    return _panes(side, y, (11 * power, 11.6 * power, 12.4 * power)), (0.5, 0.5, 0.51)


def _overcast(rng: np.random.Generator, side: float) -> tuple[list[Light], Rgb]:
    top = Light((side * 0.8, -1.6, 2.6), (0, 0, 0), 2.6, 2.0, (3.2, 3.3, 3.5))
    return [top, *_panes(side, float(rng.uniform(-0.6, 0.2)), (3.0, 3.2, 3.4))], (0.8, 0.82, 0.86)


def _sun(rng: np.random.Generator, side: float) -> tuple[list[Light], Rgb]:
    """Low sun through a window: a small strong light far away."""
    y, z = float(rng.uniform(-3.5, -1.5)), float(rng.uniform(2.6, 4.5))
    sun = Light((side * 4.0, y, z), (0, 0, 0), 0.4, 0.4, (620, 560, 460))
    return [sun], (0.75, 0.8, 0.92)


def _lamp(rng: np.random.Generator, side: float) -> tuple[list[Light], Rgb]:
    """Warm room light: a pendant and a standard lamp."""
    pendant = Light((side * float(rng.uniform(0.1, 0.6)), -0.5, 1.9), (0, 0, 0), 0.5, 0.5, (30, 21, 12.5))
    standing = Light((-side * 1.7, -0.2, 1.1), (0, 0, 0.2), 0.5, 0.5, (16, 10.5, 5.8))
    return [pendant, standing], (0.26, 0.2, 0.14)


def _dusk(rng: np.random.Generator, side: float) -> tuple[list[Light], Rgb]:
    """Blue window light against one warm lamp."""
    y = float(rng.uniform(-0.8, 0.3))
    lamp = Light((-side * 1.2, -0.7, 1.2), (0, 0, 0.1), 0.4, 0.4, (15, 9.6, 5.2))
    return [lamp, *_panes(side, y, (2.0, 2.8, 4.4))], (0.16, 0.19, 0.26)


def _panes(side: float, y: float, radiance: Rgb) -> list[Light]:
    return [
        Light((side * 1.9, y + dy, 1.0 + dz), (side * 0.9, y + dy, 1.0 + dz - 0.35), 0.46, 0.56, radiance)
        for dy in (-0.27, 0.27)
        for dz in (-0.32, 0.32)
    ]


def _scaled(light: Light, scale: float) -> Light:
    centre = (light.centre[0] * scale, light.centre[1] * scale, light.centre[2] * scale)
    target = (light.target[0] * scale, light.target[1] * scale, light.target[2] * scale)
    return Light(centre, target, light.width * scale, light.height * scale, light.radiance)


def _extras(rng: np.random.Generator, setting: str, depth: float) -> tuple[str, ...]:
    if setting == "shelf":
        return ()
    extras = [name for name, chance in (("picture", 0.5), ("curtain", 0.3)) if rng.random() < chance]
    if depth > 1.2 and rng.random() < 0.6:
        extras.append(str(rng.choice(("sofa", "sideboard"))))
    return tuple(extras)


def _pick(rng: np.random.Generator, choices: tuple[Surface, ...]) -> Surface:
    return choices[int(rng.integers(len(choices)))]
