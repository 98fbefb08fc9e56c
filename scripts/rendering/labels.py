"""Boxes and how much of an object is seen, from the renderer's own masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
MIN_VISIBLE = 0.4
MIN_AREA = 0.0025  # share of the picture; a smaller object is not worth a label
MIN_SIDE = 0.03


@dataclass(frozen=True)
class Box:
    """A box in shares of the picture, 0..1, from its top left corner."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        if not (
            0 <= self.x < 1
            and 0 <= self.y < 1
            and 0 < self.width <= 1 - self.x + 1e-9
            and 0 < self.height <= 1 - self.y + 1e-9
        ):
            raise ValueError(f"not a box within the picture: {self}")


def box_of(mask: Mask) -> Box | None:
    """The smallest box around the true pixels of (height, width), None when there are none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    height, width = mask.shape
    return Box(
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1 - columns[0]) / width),
        float((rows[-1] + 1 - rows[0]) / height),
    )


def visible_share(seen: Mask, alone_pixels: float) -> float:
    """Share of an object that is seen: its pixels now over those it has alone, unclipped."""
    return float(seen.sum()) / alone_pixels if alone_pixels > 0 else 0.0


def label(seen: Mask, alone_pixels: float) -> Box | None:
    """The box of an object, None when it is mostly hidden or tiny."""
    box = box_of(seen)
    if box is None or visible_share(seen, alone_pixels) < MIN_VISIBLE:
        return None
    if seen.mean() < MIN_AREA or min(box.width, box.height) < MIN_SIDE:
        return None
    return box
