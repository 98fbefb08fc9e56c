"""A finished model's text tower learns words: a synonym goes where it puts the thing that is meant.

The tower is its own teacher, as it was when the lesson began: what it knows stays, and a word of the lists is
taught the place of its concept, which pictures have shaped (self-distillation as in Furlanello et al.,
*Born-Again Neural Networks*, ICML 2018). Pictures are not touched. Learning from pictures wears words down,
and a sentence encoder knows few of those that shoppers alone use, such as "brolly"; so this comes last.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import open_clip
from numpy.typing import NDArray

from scripts.spark_mini.text_distillation import DistillationPlan, distil_text
from spark_vision.training.architecture import Architecture
from spark_vision.training.checkpoint import RunFiles
from spark_vision.training.corpus import CorpusSize, collect_pairs, teach
from spark_vision.training.text_tower import embed_texts, known_words


@dataclass(frozen=True)
class WordPlan:
    """What is read, and for how long; the defaults are ``spark-mini``'s."""

    corpus: CorpusSize = field(
        default_factory=lambda: CorpusSize(
            phrases=60_000, titles=60_000, repeat_product_texts=6, plain_words=1
        )
    )
    learning: DistillationPlan = field(
        default_factory=lambda: DistillationPlan(steps=1600, learning_rate=4e-4, seed=41)
    )


class OwnMeaning:
    """Where a text tower puts texts now, whatever becomes of it: the teacher of its later self."""

    def __init__(self, model: open_clip.CLIP, architecture: Architecture) -> None:
        """``model`` is copied."""
        self._model = copy.deepcopy(model).eval()
        self._tokenize = architecture.tokenizer()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Texts to float32 embeddings of shape (len(texts), embed_dim), rows of unit length."""
        embedded: NDArray[np.float32] = embed_texts(self._model, self._tokenize(list(texts))).numpy()
        return embedded


def tune_synonyms(
    model: open_clip.CLIP,
    product_texts: Sequence[str],
    architecture: Architecture,
    plan: WordPlan,
    files: RunFiles,
    say: Callable[[str], None],
) -> None:
    """Teach the text tower the word lists in place, going on from the checkpoint if there is one.

    Args:
        model: whose text projection ends in the pictures' space, as that of a written model does.
        product_texts: titles and the like, which must stay where they are.
        architecture: the model's.
        plan: how much, and how long.
        files: checkpoint and log.
        say: told each line of the log.

    Raises:
        TrainingError: the checkpoint is of another architecture.
    """
    words = known_words(architecture.tokenizer()) * plan.corpus.plain_words
    pairs = collect_pairs(product_texts, words, plan.corpus, plan.learning.seed)
    corpus = teach(pairs, OwnMeaning(model, architecture))
    distil_text(model, corpus, plan.learning, files, say)
