"""Whether two pictures show the same, however they were scaled and compressed."""

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spark_vision.core.embedding import Picture

# Of 64 bits; scaled and recompressed copies differ in a handful, other pictures in some thirty.
_BITS = 6

PerceptualHash = NDArray[np.bool_]
"""What is left of a picture: 64 bits of the DCT of its brightness, (8, 8)."""


def perceptual_hash(picture: Picture) -> PerceptualHash:
    """The perceptual hash of a (height, width, 3) uint8 picture."""
    return np.asarray(imagehash.phash(Image.fromarray(picture)).hash, dtype=np.bool_)


def is_near_duplicate(one: PerceptualHash, other: PerceptualHash) -> bool:
    """Whether two pictures show the same, by their hashes."""
    return int((one != other).sum()) <= _BITS
