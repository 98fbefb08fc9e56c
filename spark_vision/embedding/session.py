"""The seam to a run time: what a model does, in NumPy. PyTorch is the first run time behind it."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Maps


class ModelSession(Protocol):
    """A loaded model that can be run, whatever runs it."""

    def run_images(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Features (n, dimension) float32 of n prepared pictures, (n, height, width, 3) uint8."""

    def run_images_with_maps(self, prepared: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Maps | None]:
        """Features, and the maps of an inner layer; None where the model has none to give."""

    def run_texts(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """Features (n, dimension) float32 of n token rows, (n, context length) int64."""


class Tokenizer(Protocol):
    """Texts to token rows."""

    def __call__(self, texts: list[str]) -> NDArray[np.int64]:
        """(n, context length) int64; longer texts are cut."""
