"""Categories as a loss: each picture must be nearer to its category's name than to the others' names.

A picture meets a few dozen texts a step, mostly titles; which of a hundred categories it belongs to it
would learn from them only by and by. Here all names compete at once, said in many ways. Names that a
step does not say anew come from a bank of what the text tower last made of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from spark_vision.training.texts import LABEL_WORDS, category_prompt
from spark_vision.training.vocabulary import ITALIAN_FRAMES, load_concepts, plural

FRAMES = ("{}", "{}", "a photo of a {}", "{} on a white background", "a photo of {} in a shop")


@dataclass(frozen=True)
class Category:
    """A category's name, and the data set within which it must be told from others."""

    name: str
    domain: int


def category_names(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Other words, English and Italian, for each of ``names``, from the word lists.

    A word that stands for two of the names, or is one of them, helps nobody.

    >>> category_names(["umbrellas"])["umbrellas"][:3]
    ('umbrella', 'parasol', 'rain umbrella')
    """
    found: dict[str, list[str]] = {name: [] for name in names}
    for concept in load_concepts("things"):
        words = (concept.english, *concept.synonyms)
        known = {form for word in words for form in (word, plural(word))}
        others = dict.fromkeys((*words, *LABEL_WORDS.get(concept.english, ()), *concept.italian))
        for name in names:
            if name in known or name == _bare(concept.english):
                found[name] += [word for word in others if word != name]
    counts = [word for words in found.values() for word in set(words)]
    taken = {word for word in counts if counts.count(word) > 1} | set(names)
    taken |= {word for name in names for word in (plural(name),)}
    return {name: tuple(w for w in words if w not in taken) for name, words in found.items()}


def _bare(word: str) -> str:
    return plural(word.replace("-", "").replace(" ", ""))


def category_texts(category: Category, others: Sequence[str]) -> tuple[str, ...]:
    """Ways to say a category; the first is the one that it is measured with."""
    name = category.name
    texts = [category_prompt(name), *(frame.format(name) for frame in FRAMES)]
    for word in (*LABEL_WORDS.get(name, ()), *others):
        texts += [word, category_prompt(word)]
    texts += [ITALIAN_FRAMES[3].format(word) for word in others[-1:]]
    return tuple(texts)


class CategoryBank(nn.Module):
    """All categories' names in the common space, as last said; its buffer goes into checkpoints."""

    rows: torch.Tensor
    domains: torch.Tensor

    def __init__(self, tokens: Sequence[torch.Tensor], domains: torch.Tensor, seed: int) -> None:
        """Nothing is said yet.

        Args:
            tokens: for each category int64 (ways to say it, context_length), the measured one first.
            domains: int64 (categories,).
            seed: of which ways are chosen.
        """
        super().__init__()
        self._tokens = tuple(tokens)
        self._seed = seed
        self.register_buffer("rows", torch.zeros(0))
        self.register_buffer("domains", domains, persistent=False)

    def first_tokens(self) -> torch.Tensor:
        """The measured way of every category: int64 (categories, context_length)."""
        return torch.stack([ways[0] for ways in self._tokens])

    def choose(self, present: torch.Tensor, step: int, extra: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Categories to say anew in a step, and how: those present and ``extra`` others.

        Half of the time a category is said in the way that it is measured with.

        Returns:
            int64 (m,) and int64 (m, context_length).
        """
        rng = np.random.default_rng([self._seed, 2, step])
        wanted = set(present.tolist())
        rest = [number for number in range(len(self._tokens)) if number not in wanted]
        chosen = sorted(wanted | set(rng.permutation(rest)[:extra].tolist()))
        ways = [0 if rng.random() < 0.5 else int(rng.integers(len(self._tokens[c]))) for c in chosen]
        said = [self._tokens[number][way] for number, way in zip(chosen, ways, strict=True)]
        device = self.domains.device
        return torch.tensor(chosen, device=device), torch.stack(said).to(device)

    def loss(
        self,
        pictures: torch.Tensor,
        true: torch.Tensor,
        chosen: torch.Tensor,
        said: torch.Tensor,
        scale: float,
    ) -> torch.Tensor:
        """Cross-entropy over the categories of each picture's own data set; remembers what was said.

        Args:
            pictures: shape (n, d), unit rows.
            true: int64 (n,), numbers of categories, -1 where a picture has none.
            chosen: int64 (m,), categories said anew.
            said: shape (m, d), unit rows.
            scale: inverse temperature.
        """
        rows = self.rows.index_copy(0, chosen, said)
        self.rows.index_copy_(0, chosen, said.detach())
        known = true >= 0
        if not bool(known.any()):
            return pictures.sum() * 0
        other = self.domains[true[known]][:, None] != self.domains[None, :]
        logits = (scale * pictures[known] @ rows.T).masked_fill(other, float("-inf"))
        return cross_entropy(logits, true[known])
