"""Boxes as lists of four numbers in JSON columns, and back."""

from collections.abc import Sequence

from spark_vision.core.geometry import Box


def numbers_of(box: Box | None) -> list[float] | None:
    """x, y, width and height; None stays None."""
    return None if box is None else [box.x, box.y, box.width, box.height]


def box_of(numbers: Sequence[float] | None) -> Box | None:
    """What `numbers_of` wrote."""
    return None if numbers is None else Box(*numbers)
