"""A model's own preprocessing, split where the pixels stop being bytes.

open_clip's transform resizes and crops a picture, then makes it float and normalises it. The first part
runs a picture at a time, in threads, and leaves bytes; the second is arithmetic on a whole batch and
belongs to the run time.
"""

import numpy as np
from numpy.typing import NDArray
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image
from torchvision.transforms import Compose, Normalize, ToTensor

from spark_vision.domain.embedding import Picture, Preprocessing

_MAX_ASPECT = 16


def preprocessing_of(cfg: PreprocessCfg) -> Preprocessing:
    """open_clip's preprocessing configuration in the domain's words."""
    size = cfg.size if isinstance(cfg.size, tuple | list) else (cfg.size, cfg.size)
    return Preprocessing(
        height=int(size[0]),
        width=int(size[1]),
        mean=_three(cfg.mean),
        std=_three(cfg.std),
        interpolation=str(cfg.interpolation),
        resize_mode=str(cfg.resize_mode),
        fill=int(cfg.fill_color),
    )


def _three(values: tuple[float, ...]) -> tuple[float, float, float]:
    first, second, third = (float(value) for value in values)
    return first, second, third


class Preparer:
    """Resizes and crops one picture as the model's configuration says; thread-safe."""

    def __init__(self, cfg: PreprocessCfg) -> None:
        steps = image_transform_v2(cfg, is_train=False).transforms
        self._geometry = Compose([step for step in steps if not isinstance(step, ToTensor | Normalize)])

    def __call__(self, picture: Picture) -> NDArray[np.uint8]:
        """(height, width, 3) uint8 of the model's input size."""
        return np.asarray(self._geometry(Image.fromarray(_not_too_thin(picture))))


def _not_too_thin(picture: Picture) -> Picture:
    """The middle of a very long picture.

    Resizing 20000 x 1 pixels by the shorter side would ask for gigabytes, of which the crop leaves the
    middle; resizing by the longer side would leave a height of 0.
    """
    height, width = picture.shape[:2]
    longest = _MAX_ASPECT * min(height, width)
    top, left = max(height - longest, 0) // 2, max(width - longest, 0) // 2
    return np.ascontiguousarray(picture[top : top + longest, left : left + longest])
