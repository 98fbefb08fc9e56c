"""Which side of a picture is up, by its EXIF orientation."""

import numpy as np
from PIL import ExifTags, Image

from spark_vision.core.embedding import Picture

_TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_THE_SIDE, _LAST_ROW_FIRST = (5, 6, 7, 8), (3, 4, 6, 7)


class ExifOrientation:
    """A picture that is turned upright strip by strip, so that it is never held twice for its turning."""

    def __init__(self, image: Image.Image) -> None:
        self._turn, self._height = exif_orientation(image), image.height
        sides = (image.width, image.height)
        self.pixels: Picture = np.empty(
            (*(sides if self._turn in _ON_THE_SIDE else sides[::-1]), 3), dtype=np.uint8
        )

    def put(self, strip: Image.Image, top: int) -> None:
        """Add some whole rows, as they lie in the picture; strip: of mode RGB."""
        first = self._height - top - strip.height if self._turn in _LAST_ROW_FIRST else top
        rows = slice(first, first + strip.height)
        turn = _TO_UPRIGHT.get(self._turn)
        turned = np.asarray(strip if turn is None else strip.transpose(turn))
        if self._turn in _ON_THE_SIDE:
            self.pixels[:, rows] = turned
        else:
            self.pixels[rows] = turned


def exif_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 (upright) where EXIF says nothing that can be understood.

    EXIF alone decides, as in browsers: Pillow's `getexif` would fall back to XMP.
    """
    try:
        turn = _recorded(image)
    except Exception:  # EXIF that cannot be parsed says nothing of the orientation; the pixels are good.
        return 1
    return turn if turn in _TO_UPRIGHT else 1


def _recorded(image: Image.Image) -> int | None:
    tags = getattr(image, "tag_v2", None)
    if tags is None:
        tags = Image.Exif()
        tags.load(image.info.get("exif") or b"")
    value: int | None = tags.get(ExifTags.Base.Orientation)
    return value
