"""Pixels to a file's bytes, clean: made from pixels alone, so that no metadata can survive."""

from io import BytesIO

import numpy as np
from PIL import Image

from spark_vision.core.embedding import Picture


def thumbnail(picture: Picture, side: int) -> Picture:
    """The picture fitted into a square of `side` pixels, (height, width, 3) uint8; never enlarged."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return picture
    return _scaled(picture, (max(round(width * scale), 1), max(round(height * scale), 1)))


def resized(picture: Picture, to_width: int) -> Picture:
    """The picture with another width in pixels and the same proportions, (height, width, 3) uint8."""
    height, width = picture.shape[:2]
    return _scaled(picture, (to_width, max(round(height * to_width / width), 1)))


def _scaled(picture: Picture, size: tuple[int, int]) -> Picture:
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))


def jpeg(picture: Picture, quality: int = 85) -> bytes:
    """A progressive JPEG of RGB pixels, without EXIF, comments or profiles."""
    out = BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=quality, progressive=True, optimize=True)
    return out.getvalue()


def webp(picture: Picture, quality: int = 80) -> bytes:
    """A lossy WebP of RGB pixels, without EXIF, XMP or profiles."""
    out = BytesIO()
    Image.fromarray(picture).save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()
