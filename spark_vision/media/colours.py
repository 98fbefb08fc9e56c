"""Conversion of Pillow's modes to sRGB, as a viewer shows the picture."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spark_vision.core.embedding import Picture
from spark_vision.media.colour_profile import SrgbConverter
from spark_vision.media.exif_orientation import ExifOrientation

_STRIP = 256
_WHITE = (255, 255, 255, 255)


def rgb_pixels(image: Image.Image) -> Picture:
    """Return the pixels of a loaded picture, (height, width, 3) uint8, sRGB and upright.

    Transparency lies on white. 16 bits become 8 by their upper half; floating point and 32-bit pictures are
    scaled by the range of their values. Embedded profiles are converted; CMYK without a profile is converted
    by Pillow, which undoes Adobe's inversion. Works in strips, so that a big picture is held twice at most.
    Raises ValueError for modes that have no conversion.
    """
    upright, values, colours = ExifOrientation(image), _value_range(image), SrgbConverter(image)
    for top, strip in _strips(image):
        upright.put(_on_white(colours.convert(_eight_bits(strip, values))), top)
    return upright.pixels


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    for top in range(0, image.height, _STRIP):
        yield top, image.crop((0, top, image.width, min(top + _STRIP, image.height)))


def _on_white(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, _WHITE), image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _value_range(image: Image.Image) -> tuple[float, float]:
    """Return the values that become black and white, of a picture whose numbers have no fixed range.

    Shares lie between 0 and 1, ordinary values between 0 and 255, and integers up to 65,535. Values beyond
    these are spanned from the smallest to the largest, so that nothing is clipped.
    """
    if image.mode not in ("I", "F"):
        return 0.0, 255.0
    parts = [
        (float(part.min()), float(part.max())) for _, strip in _strips(image) for part in [_finite(strip)]
    ]
    low, high = min(part[0] for part in parts), max(part[1] for part in parts)
    usual = (1.0, 255.0) if image.mode == "F" else (255.0, 65535.0)
    white = next((bound for bound in usual if high <= bound), high)
    return min(low, 0.0), white


def _finite(image: Image.Image) -> NDArray[Any]:
    return np.nan_to_num(np.asarray(image, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)


def _eight_bits(image: Image.Image, values: tuple[float, float]) -> Image.Image:
    """Bring 16-bit, 32-bit and floating point gray to 8 bits; Pillow's own conversion would clip at 255."""
    if image.mode.startswith("I;16"):
        numbers = np.asarray(image).astype(np.uint16)
        return _with_transparent(image, Image.fromarray((numbers >> 8).astype(np.uint8)), numbers)
    if image.mode in ("I", "F"):
        low, high = values
        numbers = _finite(image)
        scaled = (numbers - low) * (255.0 / (high - low)) if high > low else np.zeros_like(numbers)
        return _with_transparent(
            image, Image.fromarray(np.rint(scaled).clip(0, 255).astype(np.uint8)), numbers
        )
    transparent = image.info.get("transparency")
    if image.mode == "RGB" and isinstance(transparent, tuple) and max(transparent) > 255:
        # A PNG of 16 bits a channel: its transparent colour has 16 bits, its pixels have 8 here.
        image.info["transparency"] = tuple(value >> 8 for value in transparent)
    return image


def _with_transparent(image: Image.Image, gray: Image.Image, numbers: NDArray[Any]) -> Image.Image:
    """Carry a 16-bit picture's transparent value over to the 8-bit picture."""
    transparent = image.info.get("transparency")
    if not isinstance(transparent, int):
        return gray
    gray.putalpha(Image.fromarray(np.where(numbers == transparent, 0, 255).astype(np.uint8)))
    return gray
