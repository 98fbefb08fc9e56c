"""Bytes to a picture: bounded, upright, RGB.

Pillow does the decoding; what it is fed is hostile until proven otherwise, so the bounds are checked on
the header alone, formats come from a short list, and whatever a decoder throws becomes a PictureError.
"""

import os
from dataclasses import dataclass
from math import ceil

from PIL import Image, UnidentifiedImageError

from spark_vision.core.embedding import Picture
from spark_vision.core.errors import (
    PictureDamagedError,
    PictureError,
    PictureFormatError,
    PictureTooLargeError,
)
from spark_vision.media.colours import rgb_pixels
from spark_vision.media.cost import ORDINARY, bytes_to_decode, coefficients
from spark_vision.media.jpeg_scans import MOST_SCANS, START, Scans, check_scans, scans_of
from spark_vision.media.limits import DEFAULT_LIMITS, PictureLimits
from spark_vision.media.read_limit import ReadLimitedBytes

# Pillow reads MPO, a JPEG with further pictures behind it, under the name of JPEG.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")

_SIGNATURES = {
    "JPEG": (b"\xff\xd8",),
    "PNG": (b"\x89PNG\r\n",),
    "GIF": (b"GIF8",),
    "BMP": (b"BM",),
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
}

# Pillow's own guard only warns up to twice its bound; ours refuses, and looks at the sides, too.
Image.MAX_IMAGE_PIXELS = None

# What scans_of is for a JPEG, this is for those within a TIFF; libtiff's own bound is a hundred.
os.environ.setdefault("LIBTIFF_JPEG_MAX_ALLOWED_SCAN_NUMBER", str(MOST_SCANS))

# Pillow registers its formats at the first picture, which goes wrong where that is opened by two threads.
Image.init()

# Above the 32 MiB up to which glibc's malloc keeps freed blocks for itself, in one arena a thread: of big
# pictures, whose blocks have 16 MiB by default, a service's memory would never come back.
Image.core.set_block_size(64 * 2**20)  # type: ignore[attr-defined]


def decode(data: bytes, limits: PictureLimits = DEFAULT_LIMITS, *, at_least: int | None = None) -> Picture:
    """Decode the first frame of a picture: (height, width, 3) uint8, RGB, upright by its EXIF.

    at_least: a hint that a shorter side of so many pixels is enough. JPEGs are then decoded at 1/2, 1/4
    or 1/8 of their size (libjpeg's scaled DCT), which saves most of the time and memory of big photos;
    other formats ignore it.

    Raises PictureTooLargeError, PictureFormatError or PictureDamagedError.
    """
    return open_picture(data, limits, at_least=at_least).picture()


@dataclass(frozen=True)
class OpenedPicture:
    """A picture whose header was read and found to be within bounds.

    Its pixels are decoded once; what the decoder held of them is then given back.
    """

    _image: Image.Image
    _kept: int = 0

    @property
    def cost(self) -> int:
        """The memory that it takes till it is decoded, in pixels of an ordinary picture (7 bytes)."""
        return ceil(bytes_to_decode(self._image, kept=self._kept) / ORDINARY)

    def picture(self) -> Picture:
        """Decode it; raises PictureDamagedError."""
        try:
            return _pixels(self._image)
        finally:
            self._image.close()


def open_picture(
    data: bytes, limits: PictureLimits = DEFAULT_LIMITS, *, at_least: int | None = None
) -> OpenedPicture:
    """The first half of `decode`, after which one knows what the second will take."""
    if len(data) > limits.max_bytes:
        raise PictureTooLargeError(
            f"The picture has {len(data):,} bytes; at most {limits.max_bytes:,} are read."
        )
    scans = scans_of(data) if data.startswith(START) else Scans()
    image = _open(data)
    _check_size(image, limits)
    check_scans(scans, image.width * image.height)
    kept = coefficients(image) if scans.kept else 0  # of the whole, not of what is drafted
    if at_least is not None:
        _draft(image, at_least)
    return OpenedPicture(image, kept)


def _open(data: bytes) -> Image.Image:
    if not data:
        raise PictureDamagedError("The picture is empty: it has no bytes.")
    try:
        return Image.open(ReadLimitedBytes(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise _unidentified(data) from None
    except PictureError:
        raise
    except Exception as error:
        raise PictureDamagedError(f"The picture's header is damaged: {_words(error)}.") from error


def _unidentified(data: bytes) -> PictureError:
    name = _named_by_signature(data)
    if name is None:
        return PictureFormatError(f"This is no picture that is read here ({', '.join(FORMATS)}).")
    return PictureDamagedError(f"The picture begins like {name}, but its header is damaged or cut off.")


def _named_by_signature(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis"):
        return "AVIF"
    return next((name for name, start in _SIGNATURES.items() if data.startswith(start)), None)


def _check_size(image: Image.Image, limits: PictureLimits) -> None:
    width, height = image.size
    if max(width, height) > limits.max_side:
        raise PictureTooLargeError(
            f"The picture is {width} x {height} pixels; a side has at most {limits.max_side:,}."
        )
    if width * height > limits.max_pixels:
        raise PictureTooLargeError(
            f"The picture is {width} x {height} pixels; at most {limits.max_pixels:,} are decoded."
        )
    if min(width, height) < 1:
        raise PictureDamagedError(f"The picture claims {width} x {height} pixels.")


def _draft(image: Image.Image, at_least: int) -> None:
    """Let libjpeg scale down, keeping the shorter side at `at_least` or more."""
    scale = at_least / min(image.size)
    if scale < 1:
        width, height = image.size
        image.draft(None, (max(round(width * scale), 1), max(round(height * scale), 1)))


def _pixels(image: Image.Image) -> Picture:
    try:
        image.load()
        return rgb_pixels(image)
    except PictureError:
        raise
    except Exception as error:
        # Decoders throw what they like at broken bytes (OSError, SyntaxError, struct.error, ...).
        raise PictureDamagedError(f"The picture cannot be decoded: {_words(error)}.") from error


def _words(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
