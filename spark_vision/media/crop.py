"""Regions of a picture."""

import numpy as np

from spark_vision.core.embedding import Picture
from spark_vision.core.geometry import Box


def crop(picture: Picture, box: Box | None) -> Picture:
    """The part of a picture within a box, (height, width, 3) uint8; the whole where the box is None."""
    if box is None:
        return picture
    height, width = picture.shape[:2]
    left, top, right, bottom = box.pixels(width, height)
    return np.ascontiguousarray(picture[top:bottom, left:right])
