"""What a step minimises: all losses of a batch, among what earlier steps are remembered by."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import reduce

import open_clip
import torch
from torch import nn

from spark_vision.training.batches import Batch, Examples, truth
from spark_vision.training.categories import CategoryBank
from spark_vision.training.embedding_queue import EmbeddingQueue
from spark_vision.training.image_tower import (
    ImageLearner,
    frozen_stem,
    frozen_tail,
    pictures_to_input,
    stem_features,
)
from spark_vision.training.losses import contrastive_loss, keep_features_loss, picture_picture_loss
from spark_vision.training.plans import ImagePlan
from spark_vision.training.precision import CPU, fast_precision
from spark_vision.training.text_tower import drop_tokens
from spark_vision.training.training_texts import TrainingTexts


@dataclass(frozen=True)
class Part:
    """A part of a batch between trunk and heads.

    Attributes:
        learnt: pooled features of the learnt trunk, float32 (n, 1280), with their graph.
        leaf: the same values, where the heads' graph begins.
        frozen: of the frozen trunk, for each nth view.
    """

    learnt: torch.Tensor
    leaf: torch.Tensor
    frozen: torch.Tensor

    def gradients(self, weights: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Of the trunk's weights, once the heads' graph has been gone back through."""
        return torch.autograd.grad(self.learnt, weights, self.leaf.grad)


class Objective:
    """The losses of a learner's steps."""

    def __init__(
        self,
        model: open_clip.CLIP,
        learner: ImageLearner,
        examples: Examples,
        texts: TrainingTexts,
        plan: ImagePlan,
    ) -> None:
        """Remembers nothing yet; what the trunk sees now is what must stay readable.

        Args:
            model: with the weights to start from.
            learner: made of ``model``.
            examples: all that batches are drawn from.
            texts: the examples' texts; with tokens, the learner has a text tower.
            plan: the run's.
        """
        self._learner = learner
        self._stem = frozen_stem(model, learner.frozen_stages)
        self._reference = frozen_tail(learner)
        self._device = learner.device
        self._texts = texts.to(self._device)
        self._text_table = examples.text_table().to(self._device)
        self._categories = torch.tensor([item.category for item in examples.items], device=self._device)
        self._plan = plan
        # A graphics processor is quicker with a batch in one piece.
        self._parts = plan.threads if self._device == CPU else 1
        self._waiting: list[Part] = []
        self.pictures, self.said = _memories(learner, texts, plan)
        if self._texts.bank is not None:
            self._texts.bank.rows = _first_rows(learner, self._texts.bank)

    def remembered(self) -> dict[str, nn.Module]:
        """What a checkpoint must hold besides the learner."""
        bank = {} if self._texts.bank is None else {"bank": self._texts.bank}
        return {"pictures": self.pictures, "said": self.said, **bank}

    def losses(self, step: int, batch: Batch, pool: Executor) -> dict[str, torch.Tensor]:
        """Each loss by its name in ``LossWeights``; remembers the batch for the steps to come."""
        batch = batch.to(self._device)
        every, scale = self._plan.losses.keep_every, self._plan.losses.picture_scale
        parts = list(pool.map(self._features, batch.views.chunk(self._parts)))
        self._waiting = parts
        pictures = self._learner.embed_features(torch.cat([part.leaf for part in parts]))
        kept = self._learner.embed_features(torch.cat([part.leaf[::every] for part in parts]))
        frozen = torch.cat([part.frozen for part in parts])
        sides = self._text_sides(step, batch.texts)
        before = self.pictures.rows("embeddings"), self.pictures.rows("groups")
        losses = {
            "text": torch.stack([self._text_loss(batch, pictures, *side) for side in sides.items()]).mean(),
            "pictures": picture_picture_loss(pictures, batch.groups, scale, before),
            "keep_features": keep_features_loss(
                self._learner.recall(kept), self._learner.standardised(frozen)
            ),
        }
        losses |= self._wider_losses(step, batch, pictures)
        examples = {"groups": batch.groups, "examples": batch.examples}
        self.pictures.add({"embeddings": pictures, **examples})
        self.said.add({"numbers": batch.texts, **sides})
        return losses

    def backward(self, loss: torch.Tensor, pool: Executor) -> None:
        """Gradients of a loss made of ``losses``: through the trunk for all parts of the batch side by side.

        PyTorch goes back through a graph on the one thread that asks. What the parts find is added in their
        order, not in that of their coming, so that a run can be repeated to the bit.
        """
        loss.backward()  # type: ignore[no-untyped-call]
        weights = [weight for weight in self._learner.tail.parameters() if weight.requires_grad]
        found = list(pool.map(lambda part: part.gradients(weights), self._waiting))
        for weight, gradients in zip(weights, zip(*found, strict=True), strict=True):
            weight.grad = reduce(torch.add, gradients)
        self._waiting = []

    def _wider_losses(self, step: int, batch: Batch, pictures: torch.Tensor) -> dict[str, torch.Tensor]:
        """Of the categories' names and of the corpus, where the run has them."""
        losses = {}
        bank, phrases = self._texts.bank, self._texts.phrases
        if bank is not None:
            true = self._categories[batch.examples]
            chosen, tokens = bank.choose(torch.unique(true[true >= 0]), step, self._plan.more_categories)
            said = self._learner.embed_tokens(tokens)
            losses["categories"] = bank.loss(pictures, true, chosen, said, self._plan.losses.category_scale)
        if phrases is not None:
            rows = torch.randint(len(phrases.tokens), (self._plan.phrases,), generator=self._chance(step))
            said = self._learner.embed_tokens(phrases.tokens[rows])
            meant = self._learner.embed_sentences(phrases.sentences[rows]).detach()
            losses["phrases"] = (1 - (said * meant).sum(1)).mean()
        return losses

    def _chance(self, step: int) -> torch.Generator:
        return torch.Generator().manual_seed(self._plan.seed * 1_000_003 + step)

    def _text_sides(self, step: int, numbers: torch.Tensor) -> dict[str, torch.Tensor]:
        """Embeddings of texts by each way that there is to make them."""
        sides = {"sentences": self._learner.embed_sentences(self._texts.sentences[numbers])}
        if self._texts.tokens is not None:
            tokens = drop_tokens(self._texts.tokens[numbers], self._plan.dropped_tokens, self._chance(step))
            sides["tower"] = self._learner.embed_tokens(tokens)
        return sides

    def _text_loss(
        self, batch: Batch, pictures: torch.Tensor, side: str, texts: torch.Tensor
    ) -> torch.Tensor:
        """Picture to text and text to picture (Radford et al., *CLIP*, 2021), with what is remembered."""
        scale = self._learner.logit_scale.exp()
        all_texts = torch.cat([texts, self.said.rows(side)])
        numbers = torch.cat([batch.texts, self.said.rows("numbers")])
        true = truth(self._text_table, batch.examples, numbers)
        forth = contrastive_loss(pictures, all_texts, true, scale)
        all_pictures = torch.cat([pictures, self.pictures.rows("embeddings")])
        examples = torch.cat([batch.examples, self.pictures.rows("examples")])
        true = truth(self._text_table, examples, batch.texts).T
        back = contrastive_loss(texts, all_pictures, true, scale)
        return (forth + back) / 2

    def _below(self, views: torch.Tensor) -> torch.Tensor:
        if views.is_floating_point():  # maps that were kept
            return views.float().contiguous(memory_format=torch.channels_last)
        return stem_features(self._stem, pictures_to_input(views))

    def _features(self, views: torch.Tensor) -> Part:
        # Threads share autocast's cache of weights, and whoever comes first would decide how gradients
        # are rounded: without it a run can be repeated to the bit.
        with fast_precision(self._device, cache_weights=False):
            with torch.no_grad():
                stem = self._below(views)
                frozen = self._reference(stem[:: self._plan.losses.keep_every]).float()
            learnt: torch.Tensor = self._learner.tail(stem)
        learnt = learnt.float()
        return Part(learnt, learnt.detach().requires_grad_(), frozen)


@torch.no_grad()
def _first_rows(learner: ImageLearner, bank: CategoryBank) -> torch.Tensor:
    return learner.embed_tokens(bank.first_tokens().to(learner.device))


def _memories(
    learner: ImageLearner, texts: TrainingTexts, plan: ImagePlan
) -> tuple[EmbeddingQueue, EmbeddingQueue]:
    embeddings = torch.zeros(0, learner.projection.out_features)
    numbers = torch.zeros(0, dtype=torch.int64)
    pictures = {"embeddings": embeddings, "groups": numbers, "examples": numbers}
    said = {"numbers": numbers, "sentences": embeddings}
    if texts.tokens is not None:
        said["tower"] = embeddings
    kept = EmbeddingQueue(plan.remembered_pictures, pictures), EmbeddingQueue(plan.remembered_texts, said)
    return kept[0].to(learner.device), kept[1].to(learner.device)
