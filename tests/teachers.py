"""A double of the text tower's teacher."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spark_vision.training.minilm import SENTENCE_DIM, MiniLM


class HashTeacher(MiniLM):
    """Sentences by their hash: enough to train a few steps without the teacher's weights."""

    def __init__(self) -> None:
        """Loads nothing."""

    def encode(self, texts: Sequence[str], batch_size: int = 256) -> NDArray[np.float32]:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) for text in texts]
        rows = np.stack([np.random.default_rng(seed).normal(size=SENTENCE_DIM) for seed in seeds])
        unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit
