"""The bounds within which a picture is decoded at all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What a picture may cost before it is refused; all are checked before pixels are decoded.

    max_bytes: of the file; max_pixels: width times height (Google's feeds allow 64 megapixels);
    max_side: pixels of the longer side. However many frames a picture has, one is decoded.
    """

    max_bytes: int = 20 * 1024 * 1024
    max_pixels: int = 64_000_000
    max_side: int = 20_000


DEFAULT_LIMITS = PictureLimits()
