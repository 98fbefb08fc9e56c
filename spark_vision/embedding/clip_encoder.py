"""A CLIP model as the port that the rest of the house knows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, EncoderSpec, Maps, Picture, unit_length
from spark_vision.embedding.preprocess import Preparer
from spark_vision.embedding.session import ModelSession, Tokenizer

_TEXTS_A_BATCH = 256
_BATCH_ON_CPU = 32
_BATCH_ON_GPU = 256


class ClipImageEncoder:
    """An `ImageEncoder`: the preprocessing of a model around a session that runs it."""

    def __init__(
        self, spec: EncoderSpec, session: ModelSession, preparer: Preparer, device: str = "cpu"
    ) -> None:
        self.spec = spec
        self.shares_cpu = device == "cpu"
        self.batch_size = _BATCH_ON_CPU if self.shares_cpu else _BATCH_ON_GPU
        self._session = session
        self._preparer = preparer

    def prepare(self, picture: Picture) -> NDArray[np.uint8]:
        """See ImageEncoder."""
        return self._preparer(picture)

    def forward(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ImageEncoder."""
        return self._session.run_images(prepared)

    def forward_with_maps(self, prepared: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Maps | None]:
        """See ImageEncoder."""
        return self._session.run_images_with_maps(prepared)

    def finish(self, features: NDArray[np.float32]) -> Embeddings:
        """See ImageEncoder."""
        return unit_length(features)


class ClipEncoder(ClipImageEncoder):
    """An `Encoder`: both towers run by one session."""

    def __init__(
        self,
        spec: EncoderSpec,
        session: ModelSession,
        preparer: Preparer,
        tokenizer: Tokenizer,
        device: str = "cpu",
    ) -> None:
        super().__init__(spec, session, preparer, device)
        self._tokenizer = tokenizer

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """See TextEncoder."""
        batches = [
            self._session.run_texts(self._tokenizer(list(texts[start : start + _TEXTS_A_BATCH])))
            for start in range(0, len(texts), _TEXTS_A_BATCH)
        ]
        if not batches:
            return np.zeros((0, self.spec.dimension), dtype=np.float32)
        return unit_length(np.concatenate(batches))
