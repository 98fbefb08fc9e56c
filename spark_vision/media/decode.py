"""Decoding: bytes to a bounded, upright sRGB picture.

Pillow does the decoding; what it is fed is hostile until proven otherwise, so the bounds are checked on
the header alone, formats come from a short list, and whatever a decoder throws becomes a PictureError.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil

from PIL import Image, UnidentifiedImageError

from spark_vision.core.embedding import Picture
from spark_vision.core.errors import PictureDamagedError, PictureError, PictureTooLargeError
from spark_vision.media.colours import rgb_pixels
from spark_vision.media.cost import ORDINARY, bytes_to_decode, coefficients
from spark_vision.media.end_marker import decode_without_end_marker, lacks_end_marker
from spark_vision.media.formats import FORMATS, check_not_raw, unidentified
from spark_vision.media.jpeg_scans import MOST_SCANS, START, Scans, check_scans, scans_of
from spark_vision.media.limits import DEFAULT_LIMITS, PictureLimits
from spark_vision.media.read_limit import ReadLimitedBytes

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
    """Decode the first frame of a picture: (height, width, 3) uint8, sRGB, upright by its EXIF.

    An embedded colour profile is converted to sRGB.

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
    _mend: Callable[[], Picture | None] | None = None

    @property
    def cost(self) -> int:
        """The memory that it takes till it is decoded, in pixels of an ordinary picture (7 bytes)."""
        return ceil(bytes_to_decode(self._image, kept=self._kept) / ORDINARY)

    def picture(self) -> Picture:
        """Decode it; raises PictureDamagedError."""
        try:
            return _pixels(self._image)
        except PictureDamagedError:
            mended = self._mend() if self._mend is not None else None
            if mended is None:
                raise
            return mended
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
    mend = partial(_without_end_marker, data, at_least) if lacks_end_marker(data) else None
    return OpenedPicture(image, kept, mend)


def _without_end_marker(data: bytes, at_least: int | None) -> Picture | None:
    """Decode a JPEG that lacks its end marker; None where it lacks more. Its bounds were checked."""

    def decoded(ended: bytes) -> Picture:
        with _open(ended) as image:
            if at_least is not None:
                _draft(image, at_least)
            return _pixels(image)

    try:
        return decode_without_end_marker(data, decoded)
    except PictureDamagedError:
        return None


def _open(data: bytes) -> Image.Image:
    if not data:
        raise PictureDamagedError("The picture is empty: it has no bytes.")
    try:
        image = Image.open(ReadLimitedBytes(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise unidentified(data) from None
    except PictureError:
        raise
    except Exception as error:
        raise PictureDamagedError(f"The picture's header is damaged: {_words(error)}.") from error
    check_not_raw(image, data)
    return image


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
