"""The scans of a JPEG, counted before any of them is decoded.

Each scan passes over the whole picture, however few bytes it has: a file of 20 MiB has room for two hundred
thousand, and for hours of work. So it is with the parts before the first, which Pillow reads one by one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spark_vision.core.errors import PictureTooLargeError

START = b"\xff\xd8\xff"

# Within a scan's own bytes 0xFF is followed by zero or by a restart marker; C8 and F0 to FD end all decoding.
_MARKER = re.compile(rb"\xff[\xc0-\xc7\xc9-\xcf\xd8-\xef\xfe]")
_PICTURE, _END, _SCAN = 0xD8, 0xD9, 0xDA
_SEQUENTIAL = (0xC0, 0xC1)

# A profile or a comment of 20 MiB has 320 parts; between parts there is nothing, or a little padding.
_MOST_PARTS, _MOST_PADDING = 2_000, 1 << 16

# Programs write 18 at most (progressive CMYK). Small pictures may have more, and take no longer.
MOST_SCANS = 25
_MOST_OF_SMALL, _SMALL = 100, 16_000_000


@dataclass(frozen=True, slots=True)
class Scans:
    """How many there are, and whether what is read of them is kept until the last was read."""

    count: int = 0
    kept: bool = False


def scans_of(data: bytes) -> Scans:
    """Of a JPEG's bytes; counting ends where there are too many for any picture.

    Raises PictureTooLargeError where there are too many other parts.
    """
    colours = count = 0
    for kind, at in _parts(data):
        if kind in _SEQUENTIAL:
            colours = int.from_bytes(data[at + 7 : at + 8])
        elif kind == _SCAN:
            count += 1
            if count == 1 and colours == int.from_bytes(data[at + 2 : at + 3]):
                return Scans(1)  # one pass for all colours: nothing behind it is decoded
        if count > _MOST_OF_SMALL or (count and kind == _END):
            break
    return Scans(count, kept=count > 0)


def check_scans(scans: Scans, pixels: int) -> None:
    """Raise PictureTooLargeError where decoding so many scans of so many pixels would take too long."""
    most = max(MOST_SCANS, min(_MOST_OF_SMALL, _MOST_OF_SMALL * _SMALL // max(pixels, 1)))
    if scans.count > most:
        raise PictureTooLargeError(f"The picture has more than {most} scans, which take too long to decode.")


def _parts(data: bytes) -> Iterator[tuple[int, int]]:
    """Kind of each part, and where its length stands; raises PictureTooLargeError beyond the bounds."""
    at, padding, scanned = 2, 0, False
    for _ in range(_MOST_PARTS):
        found = _MARKER.search(data, at)
        if found is None:
            return
        padding += 0 if scanned else found.start() - at
        if padding > _MOST_PADDING:
            break
        at = found.end()
        kind = data[at - 1]
        yield kind, at
        scanned = scanned or kind == _SCAN
        if kind not in (_PICTURE, _END):
            at += max(int.from_bytes(data[at : at + 2]), 2)
    raise PictureTooLargeError("The picture has too much around its pixels to be read part by part.")
