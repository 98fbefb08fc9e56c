"""Pictures drawn with lines and letters: clock faces, book covers, labels, wall prints."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Floats = NDArray[np.float64]
_TITLES = (
    "SLOW DAYS",
    "THE GARDEN",
    "NORTH",
    "SALT & OIL",
    "ATLAS",
    "LIGHT",
    "HARBOUR",
    "ON FORM",
    "WINTER",
    "TWELVE",
    "A HOUSE",
    "RIVERS",
)


def clock(palette: Floats, rng: np.random.Generator) -> Floats:
    """A clock face that fills the picture: ground, marks, and in some ranges numerals."""
    size = 1024
    image = Image.new("RGB", (size, size), _ink(palette[0]))
    draw = ImageDraw.Draw(image)
    numerals, ink, c = rng.random() < 0.6, _ink(palette[1]), size / 2
    font = ImageFont.load_default(size=100)
    for mark in range(60):
        angle = mark * math.pi / 30
        hour = mark % 5 == 0
        start, end = (0.82 if hour else 0.9) * c, 0.94 * c
        x, y = math.sin(angle), -math.cos(angle)
        draw.line((c + x * start, c + y * start, c + x * end, c + y * end), ink, 14 if hour else 5)
        if hour and numerals:
            text = str(mark // 5 or 12)
            draw.text((c + x * 0.68 * c, c + y * 0.68 * c), text, ink, font, anchor="mm")
    return _floats(image)


def cover(palette: Floats, rng: np.random.Generator) -> Floats:
    """A book cover: a title, a rule and a simple figure."""
    image = Image.new("RGB", (512, 512), _ink(palette[0]))
    draw = ImageDraw.Draw(image)
    ink = _ink(palette[1])
    draw.text((256, 110), str(rng.choice(_TITLES)), ink, ImageFont.load_default(size=64), anchor="mm")
    draw.line((130, 165, 382, 165), ink, 5)
    x, y, r = rng.uniform(200, 312), rng.uniform(290, 350), rng.uniform(50, 100)
    if rng.random() < 0.5:
        draw.ellipse((x - r, y - r, x + r, y + r), fill=ink)
    else:
        draw.polygon(((x - r, y + r), (x + r, y + r), (x, y - r)), fill=ink)
    draw.text((256, 460), "SPARK EDITIONS", ink, ImageFont.load_default(size=30), anchor="mm")
    return _floats(image)


def spine(palette: Floats, rng: np.random.Generator) -> Floats:
    """The spine of a book, its title along u."""
    image = Image.new("RGB", (512, 96), _ink(palette[0]))
    draw = ImageDraw.Draw(image)
    ink = _ink(palette[1])
    draw.text((256, 48), str(rng.choice(_TITLES)), ink, ImageFont.load_default(size=54), anchor="mm")
    draw.rectangle((18, 10, 30, 86), fill=ink)
    draw.rectangle((482, 10, 494, 86), fill=ink)
    return _floats(image)


def label(palette: Floats, rng: np.random.Generator) -> Floats:
    """Paper labels on the ground, front and back, with a name on them.

    Colours: ground, paper, and the ink where it is not the ground.
    """
    image = Image.new("RGB", (1024, 512), _ink(palette[0]))
    draw = ImageDraw.Draw(image)
    ink = _ink(palette[2] if len(palette) > 2 else palette[0])
    for x in (256, 768):
        draw.rectangle((x - 110, 130, x + 110, 350), fill=_ink(palette[1]), outline=ink, width=5)
        draw.text((x, 200), "SPARK", ink, ImageFont.load_default(size=54), anchor="mm")
        draw.line((x - 70, 245, x + 70, 245), ink, 4)
        draw.text((x, 285), str(rng.choice(_TITLES)), ink, ImageFont.load_default(size=28), anchor="mm")
    return _floats(image)


def print_(palette: Floats, rng: np.random.Generator) -> Floats:
    """A wall print: broad shapes on paper, within a white margin."""
    image = Image.new("RGB", (512, 512), (240, 237, 230))
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 452, 452), fill=_ink(palette[0]))
    for _ in range(5):
        x, y, r = (*rng.uniform(130, 380, 2), rng.uniform(30, 70))
        ink = _ink(palette[rng.integers(1, len(palette))])
        if rng.random() < 0.6:
            draw.ellipse((x - r, y - r, x + r, y + r), fill=ink)
        else:
            draw.rectangle((x - r, y - r / 2, x + r, y + r / 2), fill=ink)
    return _floats(image)


def keys(palette: Floats, rng: np.random.Generator) -> Floats:
    """A grid of buttons, as on a remote control."""
    image = Image.new("RGB", (128, 512), _ink(palette[0]))
    draw = ImageDraw.Draw(image)
    for row in range(9):
        for column in range(3):
            x, y = 24 + column * 40, 60 + row * 48
            shade = _ink(palette[1] * rng.uniform(0.6, 1.0))
            draw.ellipse((x - 12, y - 12, x + 12, y + 12), fill=shade)
    return _floats(image)


def perforated(palette: Floats, rng: np.random.Generator) -> Floats:
    """A speaker's grille: small dark holes in rows. One colour, the ground."""
    del rng
    steps = np.arange(512) / 512 * 24
    x = steps[None, :] % 1 - 0.5
    y = (steps[:, None]) % 1 - 0.5
    hole = np.clip((0.3 - np.hypot(x, y)) * 12, 0, 1)[..., None]
    return np.asarray(palette[0] * (1 - 0.85 * hole))


def _ink(colour: Floats) -> tuple[int, int, int]:
    red, green, blue = (round(float(value) * 255) for value in colour)
    return (red, green, blue)


def _floats(image: Image.Image) -> Floats:
    return np.asarray(image, dtype=float) / 255


RECIPES = {
    "clock": clock,
    "cover": cover,
    "spine": spine,
    "label": label,
    "print": print_,
    "keys": keys,
    "perforated": perforated,
}
