"""Kinds of objects, each a function from a look to parts standing on z = 0, facing -y."""

from __future__ import annotations

from dataclasses import replace

from scripts.rendering.kinds import (
    clutter,
    devices,
    drinkware,
    furniture,
    kitchen,
    lights,
    pouring,
    soft,
    vases,
)
from scripts.rendering.kinds.look import Builder, Look, Part

SOLD: dict[str, Builder] = {
    "mug": drinkware.mug,
    "bowl": drinkware.bowl,
    "jug": drinkware.jug,
    "teapot": pouring.teapot,
    "kettle": pouring.kettle,
    "pan": kitchen.pan,
    "tray": kitchen.tray,
    "bottle": vases.bottle,
    "vase": vases.vase,
    "plant pot": vases.plant_pot,
    "basket": kitchen.basket,
    "candle": lights.candle,
    "lantern": lights.lantern,
    "table lamp": lights.lamp,
    "clock": devices.clock,
    "speaker": devices.speaker,
    "book stack": soft.books,
    "cushion": soft.cushion,
    "stool": furniture.stool,
    "chair": furniture.chair,
    "side table": furniture.side_table,
    "suitcase": soft.suitcase,
}
CLUTTER: dict[str, Builder] = {
    "fruit": clutter.fruit,
    "carton": clutter.carton,
    "tin": clutter.tin,
    "tumbler": clutter.tumbler,
    "remote": clutter.remote,
    "notebook": clutter.notebook,
    "blocks": clutter.blocks,
    "plant": clutter.plant,
    "ball": clutter.ball,
    "crate": clutter.crate,
    "blanket": clutter.blanket,
}
KINDS: dict[str, Builder] = {**SOLD, **CLUTTER}

ON_THE_FLOOR = frozenset(
    {
        "chair",
        "stool",
        "side table",
        "suitcase",
        "cushion",
        "basket",
        "lantern",
        "crate",
        "blanket",
        "carton",
        "ball",
        "plant pot",
    }
)
FLOOR_ONLY = frozenset({"chair", "stool", "side table", "suitcase", "crate", "cushion"})


def build(look: Look) -> list[Part]:
    """The parts of an object, standing on z = 0 and centred on the middle of its footprint.

    Raises KeyError for a kind, colour, finish or pattern that is not known.
    """
    parts = KINDS[look.kind](look)
    low = [min(float(part.mesh.lowest[axis]) for part in parts) for axis in range(3)]
    high = [max(float(part.mesh.highest[axis]) for part in parts) for axis in range(2)]
    x, y = (-(low[axis] + high[axis]) / 2 for axis in range(2))
    return [replace(part, mesh=part.mesh.moved(x, y, -low[2])) for part in parts]
