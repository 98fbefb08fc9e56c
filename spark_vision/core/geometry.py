"""A box on a picture, in shares of the picture."""

import math
from dataclasses import dataclass

from spark_vision.core.errors import InvalidInputError

# Boxes come from people's fingers and from divisions: a hair outside the picture is not a mistake.
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in shares of the picture: all values in 0..1, origin at the top left.

    Raises InvalidInputError where a value is not finite, the box is empty or leaves the picture.
    """

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        values = (self.x, self.y, self.width, self.height)
        if not all(math.isfinite(value) for value in values):
            raise InvalidInputError(f"A box wants four finite numbers, not {values}.")
        if self.width <= 0 or self.height <= 0:
            raise InvalidInputError(f"A box wants a width and a height above 0, not {values}.")
        outside = min(self.x, self.y) < -_TOLERANCE
        if outside or max(self.x + self.width, self.y + self.height) > 1 + _TOLERANCE:
            raise InvalidInputError(
                f"A box lies within the picture, in shares from 0 to 1 (x, y, width, height): {values}."
            )

    @classmethod
    def parse(cls, text: str) -> "Box":
        """Read `X,Y,WIDTH,HEIGHT`.

        >>> Box.parse("0.1,0.2,0.5,0.5")
        Box(x=0.1, y=0.2, width=0.5, height=0.5)
        """
        parts = text.split(",")
        try:
            x, y, width, height = (float(part) for part in parts)
        except ValueError:
            raise InvalidInputError(
                f"A box is X,Y,WIDTH,HEIGHT in shares of the picture, such as 0.1,0.2,0.5,0.5: not {text!r}."
            ) from None
        return cls(x, y, width, height)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point, in shares of the picture, lies in the box or on its edge."""
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in whole pixels of a picture, at least one pixel each way."""
        left = min(max(round(self.x * width), 0), width - 1)
        top = min(max(round(self.y * height), 0), height - 1)
        right = min(max(round((self.x + self.width) * width), left + 1), width)
        bottom = min(max(round((self.y + self.height) * height), top + 1), height)
        return left, top, right, bottom


def iou(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0..1.

    >>> iou(Box(0, 0, 0.5, 1), Box(0.25, 0, 0.5, 1))
    0.3333333333333333
    """
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(width, 0) * max(height, 0)
    return shared / (one.width * one.height + other.width * other.height - shared)


def covered(inner: Box, outer: Box) -> float:
    """Return the share of a box that lies within another one, 0..1.

    >>> covered(Box(0, 0, 0.5, 1), Box(0.25, 0, 0.75, 1))
    0.5
    """
    width = min(inner.x + inner.width, outer.x + outer.width) - max(inner.x, outer.x)
    height = min(inner.y + inner.height, outer.y + outer.height) - max(inner.y, outer.y)
    return max(width, 0) * max(height, 0) / (inner.width * inner.height)


@dataclass(frozen=True, slots=True)
class Point:
    """Where a tag sits, in shares of the picture: 0..1 from the top left. Raises InvalidInputError."""

    x: float
    y: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) and 0 <= value <= 1 for value in (self.x, self.y)):
            raise InvalidInputError(
                f"A point lies on the picture, in shares from 0 to 1 (x, y): not {self.x}, {self.y}."
            )

    @classmethod
    def parse(cls, text: str) -> "Point":
        """Read `X,Y`.

        >>> Point.parse("0.25,0.5")
        Point(x=0.25, y=0.5)
        """
        try:
            x, y = (float(part) for part in text.split(","))
        except ValueError:
            raise InvalidInputError(
                f"A point is X,Y in shares of the picture, such as 0.25,0.5: not {text!r}."
            ) from None
        return cls(x, y)
