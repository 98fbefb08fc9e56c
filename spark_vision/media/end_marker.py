"""JPEGs whose end marker is missing, told apart from JPEGs that are cut off."""

from collections.abc import Callable

import numpy as np

from spark_vision.core.embedding import Picture

_START, _SCAN, _END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
# Codes that a decoder which still waits for picture data would draw. They hold no marker.
_NOISE = bytes((37 * number + 91) % 254 for number in range(256))


def lacks_end_marker(data: bytes) -> bool:
    """Return whether a JPEG has no end marker behind its last scan. A thumbnail's stands before it."""
    return data.startswith(_START) and data.rfind(_END) < data.rfind(_SCAN)


def decode_without_end_marker(data: bytes, decode: Callable[[bytes], Picture]) -> Picture | None:
    """Decode a JPEG that lacks nothing but its end marker. Return None where picture data is missing, too.

    A decoder that has all of its data ignores what follows; one that has not draws it. So the picture is
    decoded twice, with nothing and with noise before an end marker, and must come out the same.

    decode: from a JPEG's bytes to its pixels; what it raises passes through.
    """
    body = data.rstrip(b"\xff")
    plain = decode(body + _END)
    return plain if np.array_equal(plain, decode(body + _NOISE + _END)) else None
