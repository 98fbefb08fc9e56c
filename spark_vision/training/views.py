"""Random views of a picture: crops, scenes behind products, colour changes that keep the colour's name."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spark_vision.training.packing import NEAR_WHITE, WHITE

Picture = NDArray[np.uint8]
GREY_WEIGHTS = np.array([0.299, 0.587, 0.114], dtype=np.float32)


@dataclass(frozen=True)
class ViewPlan:
    """Sizes and chances (0..1) of what happens to a view.

    ``whole`` keeps the entire picture on white, as the encoder will see it; otherwise an area share
    between ``smallest_crop`` and 1 is cut out and stretched by at most ``stretch``.

    Views are smaller than the encoder's pictures: crops enlarge what is in them, so that things have
    about the same size in both, and a step takes two thirds of the time (Touvron et al., *Fixing the
    train-test resolution discrepancy*, NeurIPS 2019). ``later`` has pairs (epoch, side): from that epoch
    on views have that side.
    """

    side: int = 128
    later: tuple[tuple[float, int], ...] = ()
    whole: float = 0.25
    smallest_crop: float = 0.3
    stretch: float = 1.35
    flip: float = 0.5
    scene: float = 0.35
    plain_scene: float = 0.4
    coarse: float = 0.15
    brightness: float = 0.25
    contrast: float = 0.2
    saturation: float = 0.25
    tint: float = 0.06

    def at_epoch(self, epoch: float) -> ViewPlan:
        """The plan with the side that views have at this epoch, counted from 0."""
        return replace(self, side=[self.side, *(side for start, side in self.later if epoch >= start)][-1])


def make_view(
    picture: Picture, background: Picture | None, plan: ViewPlan, rng: np.random.Generator
) -> Picture:
    """One random view.

    Args:
        picture: uint8 RGB of shape (height, width, 3), any size.
        background: a scene to put behind the white parts, or None to leave them white.
        plan: chances and ranges.
        rng: the only source of chance.

    Returns:
        uint8 RGB of shape (side, side, 3).
    """
    if background is not None:
        picture = put_on_scene(picture, background, plan, rng)
    image = Image.fromarray(np.ascontiguousarray(picture))
    if rng.random() < plan.whole:
        view = fit_on_white(image, plan.side, rng.uniform(0.8, 1.0))
    else:
        box = random_box(image.width, image.height, plan, rng)
        view = image.resize((plan.side, plan.side), Image.Resampling.BICUBIC, box=box)
    if rng.random() < plan.flip:
        view = view.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rng.random() < plan.coarse:
        view = coarsen(view, rng.uniform(0.35, 0.7))
    return shift_colours(np.asarray(view), plan, rng)


def fit_on_white(image: Image.Image, side: int, share: float) -> Image.Image:
    """The whole picture, its longest side at ``share`` of the square, centred on white."""
    scale = side * share / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    canvas = Image.new("RGB", (side, side), (WHITE, WHITE, WHITE))
    small = image.resize((width, height), Image.Resampling.BICUBIC)
    canvas.paste(small, ((side - width) // 2, (side - height) // 2))
    return canvas


def random_box(
    width: int, height: int, plan: ViewPlan, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """A crop (left, top, right, bottom) in pixels, inside a picture of this size."""
    share = rng.uniform(plan.smallest_crop, 1.0)
    bend = math.exp(rng.uniform(-1, 1) * math.log(plan.stretch) / 2)
    box_width = min(1.0, math.sqrt(share) * bend) * width
    box_height = min(1.0, math.sqrt(share) / bend) * height
    left = rng.uniform(0, width - box_width)
    top = rng.uniform(0, height - box_height)
    return left, top, left + box_width, top + box_height


def coarsen(image: Image.Image, share: float) -> Image.Image:
    """Lose detail, as in a small crop of a photo: shrink to ``share`` of the side and enlarge."""
    small = max(8, round(image.width * share))
    return image.resize((small, small), Image.Resampling.BILINEAR).resize(image.size)


def shift_colours(picture: Picture, plan: ViewPlan, rng: np.random.Generator) -> Picture:
    """Change brightness, contrast, saturation and tint a little, all in one linear map.

    The ranges are kept so narrow that a red thing still is called red.
    """
    saturation = 1 + rng.uniform(-1, 1) * plan.saturation
    contrast = 1 + rng.uniform(-1, 1) * plan.contrast
    gains = (1 + rng.uniform(-1, 1) * plan.brightness) * (1 + rng.uniform(-1, 1, 3) * plan.tint)
    to_grey = np.repeat(GREY_WEIGHTS[:, None], 3, axis=1)
    matrix = (saturation * np.eye(3) + (1 - saturation) * to_grey) * contrast * gains
    offset = (1 - contrast) * 128.0
    pixels = picture.reshape(-1, 3).astype(np.float32) @ matrix.astype(np.float32)
    pixels += np.float32(offset)
    return np.clip(pixels, 0, 255).astype(np.uint8).reshape(picture.shape)


def put_on_scene(picture: Picture, background: Picture, plan: ViewPlan, rng: np.random.Generator) -> Picture:
    """Put a random part of ``background``, or a plain colour, where the picture is white outside."""
    outside = white_outside(picture)[..., None]
    if rng.random() < plan.plain_scene:
        return np.where(outside, rng.integers(0, 256, 3).astype(np.uint8), picture)
    box = random_box(background.shape[1], background.shape[0], plan, rng)
    size = (picture.shape[1], picture.shape[0])
    scene = Image.fromarray(np.ascontiguousarray(background)).resize(size, box=box)
    return np.where(outside, np.asarray(scene), picture)


def white_outside(picture: Picture) -> NDArray[np.bool_]:
    """Nearly white pixels that a straight white line joins to the border: bool, (height, width).

    White inside an outline, such as a label, stays with the product.
    """
    white = picture.min(2) > NEAR_WHITE
    reached: NDArray[np.bool_] = np.zeros(white.shape, dtype=np.bool_)
    for axis in (0, 1):
        reached |= np.logical_and.accumulate(white, axis=axis)
        backward = np.logical_and.accumulate(np.flip(white, axis), axis=axis)
        reached |= np.flip(backward, axis)
    return reached
