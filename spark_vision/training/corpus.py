"""What the text tower reads: texts with the teacher's embedding of what each one means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spark_vision.training.vocabulary import PhraseMaker, TextPair, single_words


@dataclass(frozen=True)
class CorpusSize:
    """How much is drawn, and how often the rare but important texts are repeated.

    ``plain_words``: how often each of the tokenizer's words comes, where a model learns on.
    ``titles``: made-up ones, which mean themselves.
    """

    phrases: int = 120_000
    titles: int = 0
    italian_share: float = 0.35
    repeat_single_words: int = 8
    repeat_product_texts: int = 2
    plain_words: int = 0


class TextTeacher(Protocol):
    """What knows where a text belongs."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Texts to embeddings of shape (len(texts), dimension), rows of unit length."""


@dataclass(frozen=True)
class Corpus:
    """``texts`` of length n, and float16 ``targets`` of shape (n, the teacher's dimension), unit length."""

    texts: tuple[str, ...]
    targets: NDArray[np.float16]

    def save(self, path: Path) -> None:
        """Write one ``.npz`` file without pickled objects."""
        np.savez(path, texts=np.array(self.texts, dtype=np.str_), targets=self.targets)

    @staticmethod
    def load(path: Path) -> Corpus:
        """Read what ``save`` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return Corpus(tuple(arrays["texts"].tolist()), arrays["targets"])


def collect_pairs(
    product_texts: Sequence[str], words: Sequence[str], size: CorpusSize, seed: int
) -> list[TextPair]:
    """All texts to learn from: shop phrases, single words, products' own texts, plain words.

    Args:
        product_texts: titles and the like of products that may be trained on.
        words: general words, so that an unusual query lands near its meaning too.
        size: how many phrases, and how often the rest is repeated.
        seed: of the phrases.
    """
    maker = PhraseMaker(seed)
    pairs = list(dict.fromkeys(maker.draw(size.phrases, size.italian_share)))
    pairs += maker.titles(size.titles, words)
    pairs += single_words() * size.repeat_single_words
    pairs += [TextPair(text, (text,)) for text in product_texts] * size.repeat_product_texts
    return pairs + [TextPair(word, (word,)) for word in words]


def teach(pairs: Sequence[TextPair], teacher: TextTeacher) -> Corpus:
    """Let the teacher embed each pair's meanings, each different meaning once."""
    meanings = sorted({meaning for pair in pairs for meaning in pair.meanings})
    row_of = {meaning: row for row, meaning in enumerate(meanings)}
    embedded = teacher.encode(meanings)
    targets = np.stack([embedded[[row_of[m] for m in p.meanings]].mean(0) for p in pairs])
    targets /= np.linalg.norm(targets, axis=1, keepdims=True)
    return Corpus(tuple(pair.text for pair in pairs), targets.astype(np.float16))
