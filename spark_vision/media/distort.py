"""Pictures made worse in ways that users' photos are: for finding out what a model bears."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter

from spark_vision.core.embedding import Picture

Distortion = Callable[[Picture], Picture]

_GREY = (128, 128, 128)
# A picture's long side, to which strengths in pixels refer.
_SIDE = 256


def blurred(picture: Picture, radius: float = 3.0) -> Picture:
    """Out of focus: a Gaussian of so many pixels, where the long side has 256."""
    scaled = radius * max(picture.shape[:2]) / _SIDE
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(scaled)))


def darkened(picture: Picture, share: float = 0.35) -> Picture:
    """Underexposed: every value times `share`."""
    return (picture * np.float32(share)).round().astype(np.uint8)


def rotated(picture: Picture, degrees: float = 20.0) -> Picture:
    """Held askew: turned about its middle, the corners grey."""
    turned = Image.fromarray(picture).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=_GREY)
    return np.asarray(turned)


def cropped(picture: Picture, share: float = 0.7) -> Picture:
    """Cut off: the upper left part, so much of each side."""
    height, width = picture.shape[:2]
    return np.ascontiguousarray(picture[: max(round(height * share), 1), : max(round(width * share), 1)])


def recompressed(picture: Picture, quality: int = 10) -> Picture:
    """Sent through messengers: a JPEG of low quality."""
    out = BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=quality)
    return np.asarray(Image.open(out, formats=["JPEG"]))


def small_in_frame(picture: Picture, share: float = 0.4) -> Picture:
    """Far away: in the middle of a grey picture of the same size, so much of each side."""
    height, width = picture.shape[:2]
    size = (max(round(width * share), 1), max(round(height * share), 1))
    small = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
    frame = Image.new("RGB", (width, height), _GREY)
    frame.paste(small, ((width - size[0]) // 2, (height - size[1]) // 2))
    return np.asarray(frame)


DISTORTIONS: dict[str, Distortion] = {
    "blurred": blurred,
    "darkened": darkened,
    "rotated by 20°": rotated,
    "cropped to 70 %": cropped,
    "JPEG of quality 10": recompressed,
    "small in the frame": small_in_frame,
}
"""Each with its standard strength, by a name for tables."""
