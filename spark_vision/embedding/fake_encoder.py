"""An encoder without weights: quick, deterministic, and right about plain colours.

It ships so that tests, of this project and of those who build on it, need not load a model. A picture's
embedding is a fixed projection of its coarse colours; a text's is that of the colours it names, so that
"red" finds red pictures.
"""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, EncoderSpec, Maps, Picture, Preprocessing, unit_length

_SIDE = 8
_COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (220, 30, 30),
    "green": (30, 160, 50),
    "blue": (40, 70, 220),
    "yellow": (240, 220, 40),
    "black": (15, 15, 15),
    "white": (245, 245, 245),
}


class FakeEncoder:
    """An `Encoder` for tests: 8 x 8 pixels through a seeded random projection."""

    def __init__(self, dimension: int = 64, seed: int = 0, batch_size: int = 16) -> None:
        preprocessing = Preprocessing(
            height=_SIDE,
            width=_SIDE,
            mean=(0.5, 0.5, 0.5),
            std=(0.5, 0.5, 0.5),
            interpolation="area",
            resize_mode="squash",
        )
        self.spec = EncoderSpec("fake", f"fake-{seed}", dimension, preprocessing)
        self.batch_size = batch_size
        self.shares_cpu = True
        self.pictures_encoded = 0
        rng = np.random.default_rng(seed)
        self._projection = rng.standard_normal((_SIDE * _SIDE * 3, dimension)).astype(np.float32)

    def prepare(self, picture: Picture) -> NDArray[np.uint8]:
        """See ImageEncoder: the picture's pixels at an 8 x 8 grid."""
        height, width = picture.shape[:2]
        rows = (np.arange(_SIDE) * height) // _SIDE
        columns = (np.arange(_SIDE) * width) // _SIDE
        return np.ascontiguousarray(picture[rows][:, columns])

    def forward(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ImageEncoder; `pictures_encoded` counts what went through."""
        self.pictures_encoded += len(prepared)
        return self._project(prepared)

    def forward_with_maps(self, prepared: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Maps | None]:
        """See ImageEncoder: there is no map."""
        return self.forward(prepared), None

    def finish(self, features: NDArray[np.float32]) -> Embeddings:
        """See ImageEncoder."""
        return unit_length(features)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """See TextEncoder: a picture of the colours that a text names, or of its hash's colour."""
        if not texts:
            return np.zeros((0, self.spec.dimension), dtype=np.float32)
        return self.finish(self._project(np.stack([self._imagined(text) for text in texts])))

    def _project(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        flat = prepared.reshape(len(prepared), -1).astype(np.float32) / 127.5 - 1
        # A row at a time: the result must not depend on what else is in the batch.
        return np.stack([row @ self._projection for row in flat])

    @staticmethod
    def _imagined(text: str) -> NDArray[np.uint8]:
        named = [colour for word, colour in _COLOURS.items() if word in text.lower().split()]
        if not named:
            red, green, blue = np.random.default_rng(zlib.crc32(text.encode())).integers(0, 256, 3)
            named = [(int(red), int(green), int(blue))]
        colour = np.mean(named, axis=0).astype(np.uint8)
        return np.broadcast_to(colour, (_SIDE, _SIDE, 3)).copy()
