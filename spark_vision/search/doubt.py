"""What keeps a suggestion from being sure, whatever its probability: odd shapes, flat colours, scenes, parts.

A fit knows the photos that it was made with. It promises its precision for photos like those, and gives high
probabilities to some that are unlike them. Items with a doubt keep their suggestions as guesses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Picture
from spark_vision.core.geometry import Box, covered
from spark_vision.core.suggestion import Item, NoMatch
from spark_vision.media.crop import crop

_MAX_ASPECT = 8.0
_LEAST_SIDE = 16  # pixels
_FLAT = 3.0  # levels of 255: noise of a camera in an even grey is about 2
_SAMPLES = 64  # pixels a side at which colours are looked at
_FRAME = 0.06  # of each side: where a plain ground shows
_SAME_COLOUR = 28  # levels of 255
_PLAIN = 0.7  # share of the frame that has the ground's colour
_PART, _HALF = 0.8, 0.5  # shares of a box within another one


@dataclass(frozen=True)
class Doubts:
    """The doubts about one photo.

    Attributes:
        photo: (height, width, 3) uint8.
        fitted_here: Whether probabilities were fitted for this index version, on photos of its posters.
    """

    photo: Picture
    fitted_here: bool

    def applied(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """Return the items, of which those with a doubt are guesses. Their order stays."""
        settled = [self._judged(item) for item in items]
        things = [item for item in settled if item.box is not None and is_sure(item)]
        whole = next((item for item in settled if item.box is None and is_sure(item)), None)
        return tuple(
            self._supported(item, things) if item.box is None else _apart(item, things, whole)
            for item in settled
        )

    def _judged(self, item: Item) -> Item:
        return _as_guess(item, _odd_shape(self.photo, item.box) or _flat(self.photo, item.box))

    def _supported(self, whole: Item, things: Sequence[Item]) -> Item:
        """A whole photo is sure where one thing in it looks the same, or where there is nothing else in it.

        Without that, it may be a scene that resembles the scene in a catalogue picture.
        """
        known = self.fitted_here or not is_sure(whole) or has_plain_ground(self.photo)
        if known or any(_first(thing) == _first(whole) for thing in things):
            return whole
        return _as_guess(whole, "No single thing in the photo is as sure to be this product.")


def is_sure(item: Item) -> bool:
    """Return whether an item's first suggestion is promised to be right."""
    return item.no_match is None and bool(item.suggestions) and item.suggestions[0].probability is not None


def has_plain_ground(photo: Picture) -> bool:
    """Return whether most of a photo's frame has one colour, as around a product in a shop's picture."""
    frame = _frame(_sampled(photo))
    ground = np.sort(frame, axis=0)[len(frame) // 2]  # np.median would import masked arrays
    return bool((np.abs(frame - ground).max(axis=1) <= _SAME_COLOUR).mean() >= _PLAIN)


def _apart(item: Item, things: Sequence[Item], whole: Item | None) -> Item:
    """A part of a thing is no second thing: what is around it is surer to be another product."""
    if item.source != "found" or not is_sure(item) or item.box is None:
        return item
    rivals = [other for other in things if other.strength > item.strength and _first(other) != _first(item)]
    if any(other.box is not None and covered(item.box, other.box) >= _PART for other in rivals):
        return _as_guess(item, "It is part of a thing that is surer to be another product.")
    if whole is None or whole.strength < item.strength or _first(whole) == _first(item):
        return item
    same = [other.box for other in things if _first(other) == _first(whole) and other.box is not None]
    if not same or any(covered(item.box, box) >= _HALF for box in same):
        return _as_guess(item, "The photo as a whole is surer to be another product.")
    return item


def _first(item: Item) -> str:
    return item.suggestions[0].product.id


def _odd_shape(photo: Picture, box: Box | None) -> str:
    height, width = crop(photo, box).shape[:2]
    if min(height, width) < _LEAST_SIDE or max(height, width) > _MAX_ASPECT * min(height, width):
        return f"The region has {width} x {height} pixels, which is too thin to be sure of."
    return ""


def _flat(photo: Picture, box: Box | None) -> str:
    flat = _sampled(crop(photo, box)).std(axis=(0, 1)).max() < _FLAT
    return "The region has one even colour." if flat else ""


def _sampled(picture: Picture) -> NDArray[np.float32]:
    """Every so many pixels of a picture, _SAMPLES a side or somewhat more, (rows, columns, 3)."""
    rows, columns = (slice(None, None, max(side // _SAMPLES, 1)) for side in picture.shape[:2])
    sampled: NDArray[np.float32] = picture[rows, columns].astype(np.float32)
    return sampled


def _frame(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """The pixels along the edges of a picture, (n, 3)."""
    rows, columns = (max(round(side * _FRAME), 1) for side in picture.shape[:2])
    inner = np.ones(picture.shape[:2], dtype=bool)
    inner[rows:-rows, columns:-columns] = False
    edges: NDArray[np.float32] = picture[inner]
    return edges


def _as_guess(item: Item, reason: str) -> Item:
    if not reason or not is_sure(item):
        return item
    return replace(item, no_match=NoMatch("below_threshold", f"Guesses: {reason}"))
