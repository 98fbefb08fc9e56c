"""Picture files: reading them with their bounds, and knowing one by its name."""

import stat
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from spark_vision.core.embedding import Picture
from spark_vision.core.errors import (
    PictureError,
    PictureFormatError,
    PictureNotFoundError,
    PictureTooLargeError,
)
from spark_vision.media.decode import decode
from spark_vision.media.exif_orientation import exif_orientation
from spark_vision.media.limits import DEFAULT_LIMITS, PictureLimits

_FIRST_ON_ITS_SIDE = 5  # of the EXIF orientations

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".mpo"})


def is_picture_name(path: Path) -> bool:
    """Whether a file's name ends like a picture's."""
    return path.suffix.lower() in SUFFIXES


def read_bytes(path: Path, limits: PictureLimits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a picture file, never more than the bound.

    Raises PictureNotFoundError or PictureTooLargeError; both name the file.
    """
    try:
        if stat.S_ISFIFO(path.stat().st_mode):  # opening it would wait for a writer, perhaps for ever
            raise PictureNotFoundError(f"{path}: cannot be read (it is a pipe, not a file).")
        with path.open("rb") as file:
            data = file.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise PictureNotFoundError(f"{path}: cannot be read ({reason}).") from error
    if len(data) > limits.max_bytes:
        raise PictureTooLargeError(f"{path}: over {limits.max_bytes:,} bytes, which is the bound.")
    return data


def picture_size(path: Path, limits: PictureLimits = DEFAULT_LIMITS) -> tuple[int, int]:
    """Width and height of a picture file as it stands upright, from its header alone.

    Raises PictureError's children, which name the file.
    """
    try:
        with Image.open(BytesIO(read_bytes(path, limits))) as image:
            turned = exif_orientation(image) >= _FIRST_ON_ITS_SIDE
            return (image.height, image.width) if turned else image.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureFormatError(f"{path}: this is no picture that can be read.") from error


def read_picture(
    path: Path, limits: PictureLimits = DEFAULT_LIMITS, *, at_least: int | None = None
) -> Picture:
    """Decode a picture file (see `decode`); the errors name the file."""
    data = read_bytes(path, limits)
    try:
        return decode(data, limits, at_least=at_least)
    except PictureError as error:
        raise type(error)(f"{path}: {error.message}") from error
