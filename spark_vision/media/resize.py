"""Small copies of pictures for looking at them as a whole."""

import numpy as np
from PIL import Image

from spark_vision.core.embedding import Picture


def box_downscale(picture: Picture, width: int, height: int) -> Picture:
    """The picture squashed to a size, (height, width, 3) uint8, each pixel the mean of what it covers."""
    image = Image.fromarray(picture)
    return np.asarray(image.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0))
