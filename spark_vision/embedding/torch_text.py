"""A model whose pictures ONNX Runtime encodes, and whose texts PyTorch encodes."""

from collections.abc import Sequence
from functools import cached_property

from spark_vision.core.embedding import Embeddings, EncoderSpec
from spark_vision.embedding.clip_encoder import ClipImageEncoder
from spark_vision.embedding.encoder import TextEncoder
from spark_vision.embedding.model_name import LocalModel
from spark_vision.embedding.preprocess import Preparer
from spark_vision.embedding.session import ModelSession
from spark_vision.extras import extra_for


class TorchTextEncoder(ClipImageEncoder):
    """An `Encoder` whose text tower is loaded by open_clip with the first text."""

    def __init__(
        self, spec: EncoderSpec, session: ModelSession, preparer: Preparer, model: LocalModel
    ) -> None:
        super().__init__(spec, session, preparer)
        self._model = model

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """See TextEncoder. Raises MissingExtraError where PyTorch is not installed."""
        return self._texts.encode_texts(texts)

    @cached_property
    def _texts(self) -> TextEncoder:
        with extra_for(f"The text tower of {self._model.name!r}"):
            from spark_vision.embedding.open_clip_loader import load_open_clip

        return load_open_clip(self._model, "cpu")
