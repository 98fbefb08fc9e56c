"""Encoders: pictures and texts to embeddings, as protocols of the two runtimes (PyTorch, ONNX Runtime)."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, EncoderSpec, Maps, Picture


class ImageEncoder(Protocol):
    """Pictures to embeddings in three stages, so that each can be timed and the first run in threads."""

    @property
    def spec(self) -> EncoderSpec:
        """What the embeddings depend on."""

    @property
    def batch_size(self) -> int:
        """How many prepared pictures a forward pass should get for good throughput."""

    @property
    def shares_cpu(self) -> bool:
        """Whether forward passes run on the cores that decoding needs, too (false on a GPU)."""

    def prepare(self, picture: Picture) -> NDArray[np.uint8]:
        """Resize and crop one picture to the model's input, (height, width, 3) uint8; thread-safe."""

    def forward(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run the model on (n, height, width, 3) uint8; raw features (n, dimension) float32."""

    def forward_with_maps(self, prepared: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Maps | None]:
        """As `forward`, and what the model saw where, for no more work; None where it has no such map."""

    def finish(self, features: NDArray[np.float32]) -> Embeddings:
        """Make raw features embeddings: float32, unit length."""


class TextEncoder(Protocol):
    """Texts to embeddings in the same space as the pictures'."""

    @property
    def spec(self) -> EncoderSpec:
        """What the embeddings depend on."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embeddings of n texts, (n, dimension) float32, unit length."""


class Encoder(ImageEncoder, TextEncoder, Protocol):
    """Both towers of a CLIP model."""
