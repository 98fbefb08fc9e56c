"""A model's own preprocessing up to where the pixels stop being bytes, with Pillow alone.

open_clip's transform resizes and crops a picture, then makes it float and normalises it. The first part
is done here, a picture at a time, in threads, and leaves the same bytes as open_clip's; the second is
arithmetic on a whole batch and belongs to the run time.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spark_vision.core.embedding import Picture, Preprocessing

_MAX_ASPECT = 16
_SHORTEST, _LONGEST, _SQUASH = "shortest", "longest", "squash"


class Preparer:
    """Resizes and crops one picture as the model's configuration says; thread-safe."""

    def __init__(self, preprocessing: Preprocessing) -> None:
        self._size = (preprocessing.width, preprocessing.height)
        self._mode = preprocessing.resize_mode
        self._fill = (preprocessing.fill if self._mode == _LONGEST else 0,) * 3
        bilinear = preprocessing.interpolation == "bilinear"
        self._filter = Image.Resampling.BILINEAR if bilinear else Image.Resampling.BICUBIC

    def __call__(self, picture: Picture) -> NDArray[np.uint8]:
        """(height, width, 3) uint8 of the model's input size."""
        image = Image.fromarray(_not_too_thin(picture))
        return np.asarray(self._centred(image.resize(self._resized(image.size), self._filter)))

    def _resized(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height to resize to, rounded as open_clip and torchvision round."""
        (width, height), (wanted_width, wanted_height) = size, self._size
        if self._mode == _SQUASH:
            return self._size
        if self._mode == _SHORTEST and wanted_width == wanted_height:
            longer = int(wanted_width * max(size) / min(size))
            return (wanted_width, longer) if width <= height else (longer, wanted_height)
        ratios = width / wanted_width, height / wanted_height
        ratio = max(ratios) if self._mode == _LONGEST else min(ratios)
        return round(width / ratio), round(height / ratio)

    def _centred(self, image: Image.Image) -> Image.Image:
        """The middle of the picture at the model's size; what is too small is filled up around it."""
        if image.size == self._size:
            return image
        canvas = Image.new("RGB", self._size, self._fill)
        places = [_offset(has, wanted) for has, wanted in zip(image.size, self._size, strict=True)]
        canvas.paste(image, (places[0], places[1]))
        return canvas


def _offset(has: int, wanted: int) -> int:
    """Where a side begins in the wanted side; negative where it is cut."""
    return (wanted - has) // 2 if has < wanted else -round((has - wanted) / 2)


def _not_too_thin(picture: Picture) -> Picture:
    """The middle of a very long picture.

    Resizing 20000 x 1 pixels by the shorter side would ask for gigabytes, of which the crop leaves the
    middle; resizing by the longer side would leave a height of 0.
    """
    height, width = picture.shape[:2]
    longest = _MAX_ASPECT * min(height, width)
    top, left = max(height - longest, 0) // 2, max(width - longest, 0) // 2
    return np.ascontiguousarray(picture[top : top + longest, left : left + longest])
