"""The named colours of the shop, as a person would call them."""

from __future__ import annotations

Rgb = tuple[float, float, float]

_HEX = {
    "white": "e9e6df",
    "ivory": "e6d9bd",
    "sand": "d3b88c",
    "charcoal": "2f3234",
    "black": "17181a",
    "grey": "8a8d8f",
    "light grey": "bfc2c2",
    "red": "b3231f",
    "terracotta": "b5603c",
    "coral": "e2735c",
    "orange": "dd7a1c",
    "mustard": "d19a1e",
    "yellow": "ecc63a",
    "olive": "747a36",
    "sage": "9bab8c",
    "green": "2e7d4a",
    "forest green": "1f4a33",
    "mint": "a5d6c0",
    "teal": "16747a",
    "sky blue": "86b7d8",
    "blue": "2560a8",
    "navy": "1c2b4f",
    "lavender": "a99bc9",
    "plum": "5c2a4a",
    "blush": "e3b5ab",
    "pink": "d9668f",
    "brown": "5e3b25",
    "beige": "c8b497",
    "natural oak": "c39a66",
    "walnut": "6b4429",
    "beech": "d9b382",
    "black stain": "2a2422",
    "steel": "b8babd",
    "brass": "c9a04f",
    "copper": "c6754f",
    "clear": "f4f8f8",
    "amber": "d98a2b",
    "smoke": "6f7478",
    "bottle green": "3e7d52",
    "aqua": "9fd0d3",
    "natural": "bf9a63",
    "white oak": "d9c6a5",
}

NAMES = tuple(_HEX)
PAINTS = NAMES[:28]
WOODS = ("natural oak", "walnut", "beech", "black stain", "white oak")
METALS = ("steel", "brass", "copper")
GLASSES = ("clear", "amber", "smoke", "bottle green", "aqua")


def srgb(name: str) -> Rgb:
    """The colour as sRGB values in 0..1. Raises KeyError for a name that is not known."""
    value = _HEX[name]
    return (int(value[:2], 16) / 255, int(value[2:4], 16) / 255, int(value[4:], 16) / 255)


def linear(name: str) -> Rgb:
    """The colour as linear light in 0..1, as the renderer wants it."""
    red, green, blue = (_decode(value) for value in srgb(name))
    return (red, green, blue)


def _decode(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
