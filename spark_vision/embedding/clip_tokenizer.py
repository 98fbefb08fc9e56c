"""CLIP's tokenizer without PyTorch: lower case, byte pairs of CLIP's vocabulary.

Byte-pair encoding after Sennrich et al., *Neural Machine Translation of Rare Words with Subword Units*
(ACL 2016), with the merges that OpenAI published with CLIP. `clip_merges.txt.gz` holds them and their
licence (MIT).
"""

import gzip
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark_vision.embedding.text_cleaning import clean_text

_CONTEXT_LENGTH = 77  # open_clip's own where a configuration has none
_MERGES = 49152 - 256 - 2
_START, _END = "<start_of_text>", "<end_of_text>"
_WORD_END = "</w>"
_MERGES_FILE = Path(__file__).with_name("clip_merges.txt.gz")
_COMMENT = "#: "  # before each line of the licence
_WORDS = rf"{_START}|{_END}" + r"|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


_OTHER_TOKENIZERS = ("hf_tokenizer_name", "hf_model_name", "tokenizer_mode")


def is_byte_pair(text_cfg: dict[str, Any]) -> bool:
    """Return whether a `text_cfg` of open_clip asks for the tokenizer of this module."""
    options = text_cfg.get("tokenizer_kwargs") or {}
    return options.keys() <= {"clean"} and not any(text_cfg.get(key) for key in _OTHER_TOKENIZERS)


def byte_pair_tokenizer(text_cfg: dict[str, Any]) -> "BytePairTokenizer":
    """Return the tokenizer of a `text_cfg` for which `is_byte_pair` holds."""
    options = text_cfg.get("tokenizer_kwargs") or {}
    return BytePairTokenizer(
        int(text_cfg.get("context_length", _CONTEXT_LENGTH)), options.get("clean", "lower")
    )


class BytePairTokenizer:
    """A `Tokenizer` that gives the same rows as open_clip's `SimpleTokenizer`."""

    def __init__(self, context_length: int, cleaner: str = "lower") -> None:
        self._context_length = context_length
        self._cleaner = cleaner
        self._pieces = lru_cache(maxsize=10_000)(self._split)

    def __call__(self, texts: list[str]) -> NDArray[np.int64]:
        """See Tokenizer."""
        rows = np.zeros((len(texts), self._context_length), dtype=np.int64)
        for row, text in zip(rows, texts, strict=True):
            ids = self._ids(text)[: self._context_length - 2]
            row[: len(ids) + 2] = [self._id_of[_START], *ids, self._id_of[_END]]
        return rows

    def _ids(self, text: str) -> list[int]:
        words = self._words.findall(clean_text(text, self._cleaner))
        return [self._id_of[piece] for word in words for piece in self._pieces(word)]

    def _split(self, word: str) -> tuple[str, ...]:
        """A word's pieces: the pair that was merged first in training is merged first here."""
        if word in (_START, _END):
            return (word,)
        letters = [_LETTERS[byte] for byte in word.encode("utf-8")]
        pieces = [*letters[:-1], letters[-1] + _WORD_END]
        while len(pieces) > 1:
            pairs = set(pairwise(pieces))
            first = min(pairs, key=lambda pair: self._rank_of.get(pair, _MERGES))
            if first not in self._rank_of:
                break
            pieces = _merged(pieces, first)
        return tuple(pieces)

    @cached_property
    def _words(self) -> Any:
        import regex

        return regex.compile(_WORDS, regex.IGNORECASE)

    @cached_property
    def _rank_of(self) -> dict[tuple[str, str], int]:
        lines = gzip.decompress(_MERGES_FILE.read_bytes()).decode("utf-8").splitlines()
        pairs = (line.split() for line in lines if not line.startswith(_COMMENT))
        return {(left, right): rank for rank, (left, right) in enumerate(pairs)}

    @cached_property
    def _id_of(self) -> dict[str, int]:
        letters = list(_LETTERS.values())
        merged = ["".join(pair) for pair in self._rank_of]
        vocabulary = [*letters, *(letter + _WORD_END for letter in letters), *merged, _START, _END]
        return {piece: number for number, piece in enumerate(vocabulary)}


def _merged(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    result: list[str] = []
    position = 0
    while position < len(pieces):
        if tuple(pieces[position : position + 2]) == pair:
            result.append("".join(pair))
            position += 2
        else:
            result.append(pieces[position])
            position += 1
    return result


def _byte_letters() -> dict[int, str]:
    """A printable letter for each byte, those that are printable first, as CLIP's vocabulary has them."""
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {byte: chr(byte) for byte in printable}
    return letters | {byte: chr(256 + number) for number, byte in enumerate(others)}


_LETTERS = _byte_letters()
