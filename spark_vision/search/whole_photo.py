"""The regions of a photo in which things may be, by what the encoder's own pass over the whole photo saw."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import FeatureMap, Picture
from spark_vision.core.geometry import Box
from spark_vision.embedding.encoder import ImageEncoder
from spark_vision.search.regions.proposer import RegionProposer


@dataclass(frozen=True)
class WholePhoto:
    """A photo as a whole. features: (1, dimension) as they leave the model; seen: None where the model
    gives no map.
    """

    photo: Picture
    features: NDArray[np.float32]
    seen: FeatureMap | None

    def regions(self, proposer: RegionProposer, most: int) -> tuple[Box, ...]:
        """Where things may be, at most so many, best first."""
        return proposer.propose(self.photo, most, self.seen)


def encode_whole_photo(encoder: ImageEncoder, photo: Picture, prepared: NDArray[np.uint8]) -> WholePhoto:
    """One pass over the whole photo; prepared: the photo as the encoder wants it."""
    features, maps = encoder.forward_with_maps(np.stack([prepared]))
    frame = encoder.spec.preprocessing.frame(photo.shape[1], photo.shape[0])
    return WholePhoto(photo, features, None if maps is None else FeatureMap(maps[0], frame))
