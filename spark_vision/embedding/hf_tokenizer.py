"""Hugging Face tokenizers without `transformers`: one `tokenizers` file beside a model's graphs."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.errors import ModelError
from spark_vision.embedding.text_cleaning import CLEANERS, clean_text
from spark_vision.extras import extra_for

_OPTIONS = ("clean", "strip_sep_token")


class HuggingFaceTokenizer:
    """A `Tokenizer` that gives the same rows as open_clip's `HFTokenizer`."""

    def __init__(self, file: Path, text_cfg: dict[str, Any]) -> None:
        """Load the tokenizer.

        Args:
            file: The `tokenizers` file, with its truncation and padding to the model's context length.
            text_cfg: The `text_cfg` of the model's open_clip configuration.

        Raises:
            ModelError: The file cannot be read, or the configuration has an option that is not supported.
            MissingExtraError: The package `tokenizers` is not installed.
        """
        options = text_cfg.get("tokenizer_kwargs") or {}
        unknown = [name for name in options if name not in _OPTIONS]
        self._cleaner = str(options.get("clean", "whitespace"))
        if unknown or text_cfg.get("tokenizer_mode") or self._cleaner not in CLEANERS:
            raise ModelError(f"{file.parent}: its tokenizer options ({options}) are not supported.")
        with extra_for(f"The tokenizer of {file.parent.name}"):
            from tokenizers import Tokenizer
        try:
            self._tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # tokenizers raises a bare Exception
            raise ModelError(f"{file} is not a tokenizer file ({error}).") from error
        self._separator = _separator(self._tokenizer) if options.get("strip_sep_token") else None

    def __call__(self, texts: list[str]) -> NDArray[np.int64]:
        """See Tokenizer."""
        encoded = self._tokenizer.encode_batch([clean_text(text, self._cleaner) for text in texts])
        rows = np.array([row.ids for row in encoded], dtype=np.int64)
        if self._separator is not None:
            rows[rows == self._separator] = 0
        return rows


def save_tokenizer(tokenizer: Any, file: Path) -> None:
    """Write what a `HuggingFaceTokenizer` reads.

    Args:
        tokenizer: An `HFTokenizer` of open_clip.
        file: Where to write it.

    Raises:
        ModelError: The tokenizer has no fast implementation.
    """
    slow = getattr(tokenizer, "tokenizer", None)
    backend = getattr(slow, "backend_tokenizer", None)
    if slow is None or backend is None:
        raise ModelError(f"{file.parent}: its tokenizer has no implementation in the tokenizers library.")
    length = int(tokenizer.context_length)
    slow(["a"], max_length=length, padding="max_length", truncation=True)  # sets both on the backend
    text = backend.to_str()
    beside = file.with_name(f"{file.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)


def _separator(tokenizer: Any) -> int | None:
    found = [tokenizer.token_to_id(token) for token in ("[SEP]", "</s>")]
    return next((number for number in found if number is not None), None)
