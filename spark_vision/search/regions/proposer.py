"""The protocol of region proposers: the bundled objectness head, and a detector."""

from typing import Protocol

from spark_vision.core.embedding import FeatureMap, Picture
from spark_vision.core.geometry import Box, Point


class RegionProposer(Protocol):
    """Finds regions of a photo that may hold a thing of their own."""

    def propose(self, photo: Picture, most: int, seen: FeatureMap | None = None) -> tuple[Box, ...]:
        """The best regions, at most so many, best first; thread-safe.

        seen: what the encoder saw in the photo as a whole, for those who can make use of it.
        """

    def around(self, photo: Picture, point: Point) -> Box:
        """The region that a tap at a point most likely means."""
