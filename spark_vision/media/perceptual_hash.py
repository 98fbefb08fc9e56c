"""Perceptual hashes: whether two pictures show the same, however they were scaled and compressed."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spark_vision.core.embedding import Picture

# Of 64 bits; scaled and recompressed copies differ in a handful, other pictures in some thirty.
_BITS = 6

_SIDE = 32  # pixels of the brightness that is transformed
_KEPT = 8  # frequencies per axis
_DIGITS = 6  # coefficients that differ by rounding alone count as equal

PerceptualHash = NDArray[np.bool_]
"""The perceptual hash of a picture: 64 bits of the DCT of its brightness, (8, 8)."""


def _cosines() -> NDArray[np.float64]:
    """Return the first 8 rows of the unnormalised DCT-II of length 32: 2 cos(pi k (2 n + 1) / 64)."""
    frequency, place = np.arange(_KEPT)[:, None], np.arange(_SIDE)[None, :]
    rows: NDArray[np.float64] = 2 * np.cos(np.pi * frequency * (2 * place + 1) / (2 * _SIDE))
    return rows


_DCT = _cosines()


def perceptual_hash(picture: Picture) -> PerceptualHash:
    """Return the perceptual hash of a (height, width, 3) uint8 picture, (8, 8) bool.

    The brightness is resized to 32 x 32 pixels. A bit says whether a coefficient of its DCT is above the
    median of the 64 lowest frequencies (pHash, Zauner 2010). The bits equal those of `imagehash.phash`.
    """
    grey = Image.fromarray(picture).convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    lowest = np.round(_DCT @ np.asarray(grey, dtype=np.float64) @ _DCT.T, _DIGITS)
    return np.asarray(lowest > np.median(lowest), dtype=np.bool_)


def is_near_duplicate(one: PerceptualHash, other: PerceptualHash) -> bool:
    """Return whether two hashes differ in at most 6 bits."""
    return int((one != other).sum()) <= _BITS
