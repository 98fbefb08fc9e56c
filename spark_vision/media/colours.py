"""Any of Pillow's modes to plain RGB, as a person would see the picture."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spark_vision.core.embedding import Picture
from spark_vision.media.exif_orientation import ExifOrientation

_STRIP = 256
_WHITE = (255, 255, 255, 255)


def rgb_pixels(image: Image.Image) -> Picture:
    """RGB of a loaded picture, upright: transparency lies on white, 16 bits become 8 by their upper half.

    A strip at a time, so that a big picture is held twice at most, not once for every step on the way.
    CMYK is converted by Pillow (which undoes Adobe's inversion). Raises ValueError for modes that have
    no conversion.
    """
    upright, brightest = ExifOrientation(image), _brightest(image)
    for top, strip in _strips(image):
        upright.put(_on_white(_eight_bits(strip, brightest)), top)
    return upright.pixels


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    for top in range(0, image.height, _STRIP):
        yield top, image.crop((0, top, image.width, min(top + _STRIP, image.height)))


def _on_white(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, _WHITE), image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _brightest(image: Image.Image) -> float:
    """Of a picture whose numbers have no fixed range."""
    if image.mode not in ("I", "F"):
        return 0.0
    return max(float(_numbers(strip).max(initial=0)) for _, strip in _strips(image))


def _numbers(image: Image.Image) -> NDArray[Any]:
    values: NDArray[Any] = np.asarray(image)
    return np.asarray(np.nan_to_num(values, nan=0.0) if image.mode == "F" else np.clip(values, 0, 65535))


def _eight_bits(image: Image.Image, brightest: float) -> Image.Image:
    """Bring 16-bit and 32-bit gray to 8 bits; Pillow's own conversion would clip at 255."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    if image.mode == "I":
        return Image.fromarray((_numbers(image) >> (8 if brightest > 255 else 0)).astype(np.uint8))
    if image.mode == "F":
        scale = 255.0 if brightest <= 1.0 else 1.0
        return Image.fromarray(np.clip(_numbers(image) * scale, 0, 255).astype(np.uint8))
    return image
