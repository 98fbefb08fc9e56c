"""Whether two pictures show the same, however they were scaled and compressed."""

import imagehash
from PIL import Image

from spark_vision.domain.embedding import Picture

# Of 64 bits; scaled and recompressed copies differ in a handful, other pictures in some thirty.
_BITS = 6


def looks_alike(one: Picture, other: Picture) -> bool:
    """Compare perceptual hashes (DCT of the brightness) of (height, width, 3) uint8 pictures."""
    first, second = (imagehash.phash(Image.fromarray(picture)) for picture in (one, other))
    return bool(first - second <= _BITS)
