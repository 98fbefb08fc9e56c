"""Conversion of embedded ICC profiles to sRGB."""

from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

MAX_PROFILE_BYTES = 4 * 2**20
"""Larger profiles are ignored. Profiles of printing presses reach about 3 MB."""

_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
_SAME = 1.5
"""Largest difference in 8-bit levels at which a profile counts as sRGB itself."""


class SrgbConverter:
    """Converts strips of one picture from its embedded profile to sRGB.

    A missing, oversized, damaged or unsuitable profile leaves the pixels as they are, and so does a profile
    that describes sRGB. PNG's gAMA and cHRM chunks are ignored, as browsers ignore them beside a profile.
    """

    def __init__(self, image: Image.Image) -> None:
        profile = image.info.get("icc_profile")
        usable = isinstance(profile, bytes) and 0 < len(profile) <= MAX_PROFILE_BYTES
        self._profile = profile if usable else None

    def convert(self, strip: Image.Image) -> Image.Image:
        """Return a strip in sRGB: mode RGB, or RGBA where the strip has transparency."""
        if self._profile is None:
            return strip
        strip = _plain_mode(strip)
        alpha = strip.getchannel("A") if strip.mode in ("RGBA", "LA") else None
        colours = strip.convert(strip.mode[:-1]) if alpha is not None else strip
        transform = _transform(self._profile, colours.mode)
        if transform is None:
            return strip
        converted = ImageCms.applyTransform(colours, transform)
        if converted is None:  # only with inPlace
            return strip
        if alpha is not None:
            converted.putalpha(alpha)
        return converted


def _plain_mode(strip: Image.Image) -> Image.Image:
    """Bring palettes, bits and rare modes to one that a transform accepts."""
    if strip.has_transparency_data and strip.mode not in ("RGBA", "LA"):
        return strip.convert("RGBA")
    if strip.mode in (*_SPACES, "RGBA", "LA"):
        return strip
    return strip.convert("L" if strip.mode == "1" else "RGB")


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform to sRGB, or None where the pixels should stay as they are."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if source.profile.xcolor_space != _SPACES.get(mode):
            return None
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        return None if _changes_nothing(transform, mode) else transform
    except Exception:  # Little CMS raises its own, OSError, TypeError and more for damaged profiles.
        return None


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Return whether the transform leaves a grid of colours within `_SAME` levels of where they were."""
    if mode == "CMYK":
        return False
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    before = Image.fromarray(grid if mode == "RGB" else grid[..., 0])
    after = ImageCms.applyTransform(before, transform)
    moved = np.asarray(after, dtype=np.float32) - np.asarray(before.convert("RGB"), dtype=np.float32)
    return bool(np.abs(moved).max() <= _SAME)
