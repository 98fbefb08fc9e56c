"""The texts of a run, as tokens and teacher's sentences: products' own, categories' names, shop phrases."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from spark_vision.training.architecture import Architecture
from spark_vision.training.categories import Category, CategoryBank, category_names, category_texts
from spark_vision.training.corpus import Corpus, CorpusSize, collect_pairs, teach
from spark_vision.training.minilm import MiniLM
from spark_vision.training.text_tower import known_words


@dataclass(frozen=True)
class Phrases:
    """Texts beyond the products' own: int64 tokens (n, context_length), float32 sentences (n, 384)."""

    tokens: torch.Tensor
    sentences: torch.Tensor

    def to(self, device: torch.device) -> Phrases:
        """The same on another device."""
        return Phrases(self.tokens.to(device), self.sentences.to(device))


@dataclass(frozen=True)
class TrainingTexts:
    """The texts that examples refer to by number.

    Attributes:
        sentences: float32 of shape (texts, 384), the teacher's embeddings.
        tokens: int64 of shape (texts, context_length), where the text tower learns as well.
    """

    sentences: torch.Tensor
    tokens: torch.Tensor | None = None
    bank: CategoryBank | None = None
    phrases: Phrases | None = None

    def to(self, device: torch.device) -> TrainingTexts:
        """The same on another device; the bank itself moves."""
        return TrainingTexts(
            self.sentences.to(device),
            None if self.tokens is None else self.tokens.to(device),
            None if self.bank is None else self.bank.to(device),
            None if self.phrases is None else self.phrases.to(device),
        )


def training_texts(
    texts: tuple[str, ...], architecture: Architecture, teacher: MiniLM, work: Path
) -> TrainingTexts:
    """What a text tower and its teacher make of ``texts``; the teacher's part is kept under ``work``."""
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
    kept = work / f"sentences-{digest}.npy"
    if not kept.exists():
        np.save(kept, teacher.encode(texts))
    sentences = torch.from_numpy(np.load(kept, allow_pickle=False))
    return TrainingTexts(sentences, architecture.tokenizer()(list(texts)))


def category_bank(categories: Sequence[Category], architecture: Architecture, seed: int) -> CategoryBank:
    """The categories of the training examples with all ways to say them."""
    tokenize = architecture.tokenizer()
    by_domain: dict[int, list[str]] = {}
    for category in categories:
        by_domain.setdefault(category.domain, []).append(category.name)
    others = {domain: category_names(names) for domain, names in by_domain.items()}
    tokens = [tokenize(list(category_texts(c, others[c.domain][c.name]))) for c in categories]
    return CategoryBank(tokens, torch.tensor([c.domain for c in categories]), seed)


def training_phrases(
    size: CorpusSize, seed: int, architecture: Architecture, teacher: MiniLM, work: Path
) -> Phrases:
    """Shop phrases and single words with the teacher's sentences; kept under ``work``."""
    digest = hashlib.sha256(f"{size} {seed}".encode()).hexdigest()[:12]
    file = work / f"phrases-{digest}.npz"
    if not file.exists():
        words = known_words(architecture.tokenizer()) * size.plain_words
        teach(collect_pairs((), words, size, seed), teacher).save(file)
    corpus = Corpus.load(file)
    tokens = architecture.tokenizer()(list(corpus.texts))
    return Phrases(tokens, torch.from_numpy(corpus.targets).float())
