"""A photo as it is kept: made anew from its pixels, upright and bounded, with smaller copies for pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from spark_vision.core.embedding import Picture
from spark_vision.core.ids import content_digest
from spark_vision.core.post import Photo
from spark_vision.media.decode import OpenedPicture, open_picture
from spark_vision.media.encode import jpeg, resized, thumbnail
from spark_vision.media.limits import DEFAULT_LIMITS, PictureLimits

MAX_SIDE = 2048
WIDTHS = (320, 640, 1280)
_QUALITY = 88
_COPY_QUALITY = 82


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photo's JPEGs by their width in pixels; the widest is the photo that the digest names."""

    photo: Photo
    files: Mapping[int, bytes]


def sanitise_photo(data: bytes, limits: PictureLimits = DEFAULT_LIMITS) -> CleanPhoto:
    """Pixels alone survive: no EXIF, position, comments or colour profiles. Raises PictureError's children.

    The same bytes give the same photo.
    """
    return cleaned(open_picture(data, limits, at_least=MAX_SIDE))


def cleaned(opened: OpenedPicture) -> CleanPhoto:
    """The same of a picture that was opened with a side of at least MAX_SIDE; raises PictureDamagedError."""
    picture = thumbnail(opened.picture(), MAX_SIDE)
    height, width = picture.shape[:2]
    whole = jpeg(picture, _QUALITY)
    widths = tuple(narrow for narrow in WIDTHS if narrow < width)
    files = {narrow: smaller_copy(picture, narrow) for narrow in widths} | {width: whole}
    return CleanPhoto(Photo(content_digest(whole), width, height, widths), files)


def smaller_copy(picture: Picture, width: int) -> bytes:
    """A JPEG of the picture, so many pixels wide."""
    return jpeg(resized(picture, width), _COPY_QUALITY)
