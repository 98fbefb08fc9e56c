"""Random looks: for training ranges, and for things that resemble a shop's without being its."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from scripts.rendering import colours
from scripts.rendering.kinds.look import Look

_CERAMIC = (
    "stripes",
    "verticals",
    "band",
    "dip",
    "dots",
    "checks",
    "zigzag",
    "speckle",
    "leaves",
    "reactive",
)
_CLOTH = ("gingham", "ticking", "rug", "dots", "zigzag", "leaves")
_TRIMS = ("beech", "walnut", "natural oak", "brass", "steel", "black", "copper")


@dataclass(frozen=True)
class Style:
    """What a kind may be made of: finishes, patterns and where its accent comes from."""

    finishes: tuple[str, ...] = ("glossy", "matte")
    patterns: tuple[str, ...] = _CERAMIC
    accents: tuple[str, ...] = colours.PAINTS
    mains: tuple[str, ...] = colours.PAINTS


_PLAIN: tuple[str, ...] = ()
_WICKERS = ("natural", "white oak", "beech", "charcoal", "walnut", "sage", "blush")
STYLES: dict[str, Style] = {
    "mug": Style(("glossy", "matte", "enamel")),
    "bowl": Style(),
    "jug": Style(),
    "teapot": Style(),
    "kettle": Style(("enamel", "metal"), _PLAIN, _TRIMS),
    "pan": Style(("enamel", "metal"), _PLAIN, _TRIMS),
    "tray": Style(("wood", "plastic"), ("checks", "zigzag", "leaves", "dots"), _TRIMS),
    "bottle": Style(("glass", "enamel", "metal"), ("dots", "zigzag", "leaves"), _TRIMS),
    "vase": Style(("glossy", "matte", "glass")),
    "plant pot": Style(),
    "basket": Style(("matte",), _PLAIN, _WICKERS, _WICKERS),
    "candle": Style(("matte", "glossy"), ("dip", "band", "speckle"), ("brass", "white", "black")),
    "lantern": Style(("enamel", "metal"), _PLAIN, ("brass", "black")),
    "table lamp": Style(("glossy", "matte", "metal", "wood"), ("stripes", "speckle", "reactive")),
    "clock": Style(("enamel", "metal", "wood"), _PLAIN),
    "speaker": Style(("plastic", "wood"), _PLAIN),
    "book stack": Style(("matte",), _PLAIN),
    "cushion": Style(("matte",), _CLOTH),
    "stool": Style(("wood", "enamel"), _PLAIN, (*colours.PAINTS, *colours.WOODS)),
    "chair": Style(("wood", "enamel"), _PLAIN, (*colours.PAINTS, *colours.WOODS)),
    "side table": Style(("wood",), _PLAIN, ("black", "brass", "white", "walnut", "steel")),
    "suitcase": Style(("plastic", "matte"), _PLAIN),
    "fruit": Style(("matte",), _PLAIN, ("yellow", "orange", "red"), ("red", "orange", "green", "yellow")),
}


def random_look(rng: np.random.Generator, kind: str, avoid: Collection[str] = ()) -> Look:
    """A look of a kind; its main colour is none of `avoid` unless nothing else is left."""
    style = STYLES.get(kind, Style(("matte",), _PLAIN))
    finish = str(rng.choice(style.finishes))
    mains = _mains(finish, style)
    free = [name for name in mains if name not in avoid] or list(mains)
    main = str(rng.choice(free))
    accents = [name for name in style.accents if name != main]
    patterned = style.patterns and finish not in ("wood", "metal", "glass") and rng.random() < 0.5
    pattern = str(rng.choice(style.patterns)) if patterned else "plain"
    a, b, c = (round(float(share), 3) for share in rng.random(3))
    if kind == "suitcase" and finish == "matte":
        b = max(b, 0.65)
    return Look(kind, main, str(rng.choice(accents)), finish, pattern, (a, b, c), int(rng.integers(1 << 30)))


def _mains(finish: str, style: Style) -> tuple[str, ...]:
    special = {"wood": colours.WOODS, "metal": colours.METALS, "glass": colours.GLASSES}
    return special.get(finish, style.mains)
