"""Any of Pillow's modes to plain RGB, as a person would see the picture."""

import numpy as np
from PIL import Image

from spark_vision.domain.embedding import Picture

_STRIP = 256
_WHITE = (255, 255, 255, 255)


def rgb_pixels(image: Image.Image) -> Picture:
    """RGB of a loaded picture: transparency lies on white, 16 bits become 8 by their upper half.

    A strip at a time, so that a big picture is held twice at most, not once for every step on the way.
    CMYK is converted by Pillow (which undoes Adobe's inversion). Raises ValueError for modes that have
    no conversion.
    """
    image = _eight_bits(image)
    pixels = np.empty((image.height, image.width, 3), dtype=np.uint8)
    for top in range(0, image.height, _STRIP):
        bottom = min(top + _STRIP, image.height)
        pixels[top:bottom] = np.asarray(_on_white(image.crop((0, top, image.width, bottom))))
    return pixels


def _on_white(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, _WHITE), image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Bring 16-bit and 32-bit gray to 8 bits; Pillow's own conversion would clip at 255."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    if image.mode == "I":
        values = np.clip(np.asarray(image), 0, 65535)
        return Image.fromarray((values >> (8 if values.max(initial=0) > 255 else 0)).astype(np.uint8))
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image), nan=0.0)
        scale = 255.0 if values.max(initial=0.0) <= 1.0 else 1.0
        return Image.fromarray(np.clip(values * scale, 0, 255).astype(np.uint8))
    return image
