"""The training run of the image tower: steps, weight averaging, checkpoints, log, early figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import open_clip
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader

from spark_vision.training.batches import Batch, BatchMaker, truth
from spark_vision.training.checkpoint import RunFiles, load_checkpoint, save_checkpoint
from spark_vision.training.image_tower import (
    ImageLearner,
    frozen_stem,
    frozen_tail,
    stem_features,
)
from spark_vision.training.losses import contrastive_loss, keep_features_loss, picture_picture_loss
from spark_vision.training.memory import Ring
from spark_vision.training.precision import fast_precision
from spark_vision.training.run_log import RunLog
from spark_vision.training.schedule import cosine_with_warmup, set_learning_rates

LARGEST_SCALE = 100.0
LOG_EVERY = 20


@dataclass(frozen=True)
class LossWeights:
    """How much each loss counts, and the inverse temperature among pictures.

    ``keep_every``: of so many views one must let the frozen features be read from its embedding.
    """

    text: float = 1.0
    pictures: float = 1.0
    keep_features: float = 1.0
    picture_scale: float = 12.0
    keep_every: int = 1


@dataclass(frozen=True)
class ImagePlan:
    """Length, rates and habits of a run; figures are taken every ``measure_every`` epochs."""

    epochs: int = 4
    tail_rate: float = 3e-4
    head_rate: float = 1e-3
    text_rate: float = 3e-4
    warmup_steps: int = 100
    weight_decay: float = 0.02
    average_decay: float = 0.98
    losses: LossWeights = field(default_factory=LossWeights)
    remembered_pictures: int = 0
    remembered_texts: int = 0
    save_every: int = 50
    measure_every: int = 2
    threads: int = 2
    workers: int = 1  # prepares views while the main process computes; two would fight for the cores
    seed: int = 7


@dataclass(frozen=True)
class TrainingTexts:
    """The texts that examples refer to by number.

    Attributes:
        sentences: float32 of shape (texts, 384), the teacher's embeddings.
        tokens: int64 of shape (texts, context_length), where the text tower learns as well.
    """

    sentences: torch.Tensor
    tokens: torch.Tensor | None = None


class ImageRun:
    """One training run of a model's image tower, which can be stopped at any time and resumed."""

    def __init__(
        self,
        model: open_clip.CLIP,
        learner: ImageLearner,
        batches: BatchMaker,
        texts: TrainingTexts,
        plan: ImagePlan,
    ) -> None:
        """Prepare a run from the start.

        Args:
            model: the trunk already has the weights to start from.
            learner: made of ``model``; its heads are already started.
            batches: what to learn from.
            texts: the batches' texts; with tokens, the learner has a text tower.
            plan: the schedule.
        """
        torch.manual_seed(plan.seed)
        self.learner = learner
        self._stem = frozen_stem(model, learner.frozen_stages)
        self._reference = frozen_tail(learner)
        self._batches = batches
        self._texts = texts
        self._text_table = batches.examples.text_table()
        self._plan = plan
        self.total_steps = plan.epochs * batches.steps_per_epoch
        averaging = get_ema_multi_avg_fn(plan.average_decay)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(learner, multi_avg_fn=averaging, use_buffers=False)
        self._pool = ThreadPoolExecutor(plan.threads, initializer=torch.set_num_threads, initargs=(1,))
        self._pictures, self._said = _memories(learner, texts, plan)
        self._state = nn.ModuleDict(
            {"learner": learner, "average": self.average, "pictures": self._pictures, "said": self._said}
        )
        self._peaks = (plan.tail_rate, plan.head_rate, plan.text_rate)
        self._optimizer = _make_optimizer(learner, plan.weight_decay)

    def train(
        self,
        files: RunFiles,
        say: Callable[[str], None],
        after_epoch: Callable[[], dict[str, float]] | None = None,
        last_step: int | None = None,
    ) -> None:
        """Train to the end, or to ``last_step``, from the checkpoint if there is one.

        Args:
            files: checkpoint and log.
            say: told each line of the log.
            after_epoch: returns figures for the log.
            last_step: stop after so many steps in all; the schedule stays that of the whole run.

        Raises:
            TrainingError: the checkpoint is of another run.
        """
        with one_thread_each():
            self._train(files.checkpoint, RunLog(files.log, say), after_epoch, last_step)

    def _train(
        self,
        checkpoint: Path,
        log: RunLog,
        after_epoch: Callable[[], dict[str, float]] | None,
        last_step: int | None,
    ) -> None:
        first = load_checkpoint(checkpoint, self._state, self._optimizer)
        last = min(self.total_steps, last_step or self.total_steps)
        for step, batch in zip(range(first, last), self._load(first, last), strict=True):
            log.count(len(batch.views))
            note = self._step(step, batch)
            done = step + 1
            if done % LOG_EVERY == 0:
                log.write({"step": done, **note, "pictures_per_second": log.speed()})
            if done % self._plan.save_every == 0 or done == last:
                save_checkpoint(checkpoint, self._state, self._optimizer, done)
            epoch, rest = divmod(done, self._batches.steps_per_epoch)
            if after_epoch is not None and rest == 0 and epoch % self._plan.measure_every == 0:
                log.write({"epoch": epoch, **after_epoch()})

    def _load(self, first: int, last: int) -> DataLoader[Batch]:
        return DataLoader(
            self._batches,
            batch_size=None,
            sampler=range(first, last),
            num_workers=self._plan.workers,
            prefetch_factor=4 if self._plan.workers else None,
        )

    def _step(self, step: int, batch: Batch) -> dict[str, float]:
        self.learner.train()
        share = cosine_with_warmup(step, self.total_steps, self._plan.warmup_steps)
        set_learning_rates(self._optimizer, self._peaks, share)
        parts = self._losses(batch)
        weights = self._plan.losses
        loss = (
            weights.text * parts["text"]
            + weights.pictures * parts["pictures"]
            + weights.keep_features * parts["keep_features"]
        )
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.learner.parameters(), 1.0)
        self._optimizer.step()
        with torch.no_grad():
            self.learner.logit_scale.clamp_(max=torch.tensor(LARGEST_SCALE).log())
        self.average.update_parameters(self.learner)
        return {"loss": loss.item(), **{name: part.item() for name, part in parts.items()}}

    def _losses(self, batch: Batch) -> dict[str, torch.Tensor]:
        every, scale = self._plan.losses.keep_every, self._plan.losses.picture_scale
        parts = list(self._pool.map(self._features, batch.views.chunk(self._plan.threads)))
        pictures = self.learner.embed_features(torch.cat([learnt for learnt, _ in parts]))
        kept = self.learner.embed_features(torch.cat([learnt[::every] for learnt, _ in parts]))
        frozen = torch.cat([frozen for _, frozen in parts])
        sides = self._text_sides(batch.texts)
        before = self._pictures.rows("embeddings"), self._pictures.rows("groups")
        losses = {
            "text": torch.stack([self._text_loss(batch, pictures, *side) for side in sides.items()]).mean(),
            "pictures": picture_picture_loss(pictures, batch.groups, scale, before),
            "keep_features": keep_features_loss(self.learner.recall(kept), self.learner.standardised(frozen)),
        }
        examples = {"groups": batch.groups, "examples": batch.examples}
        self._pictures.add({"embeddings": pictures, **examples})
        self._said.add({"numbers": batch.texts, **sides})
        return losses

    def _text_sides(self, numbers: torch.Tensor) -> dict[str, torch.Tensor]:
        """Embeddings of texts by each way that there is to make them."""
        sides = {"sentences": self.learner.embed_sentences(self._texts.sentences[numbers])}
        if self._texts.tokens is not None:
            sides["tower"] = self.learner.embed_tokens(self._texts.tokens[numbers])
        return sides

    def _text_loss(
        self, batch: Batch, pictures: torch.Tensor, side: str, texts: torch.Tensor
    ) -> torch.Tensor:
        """Picture to text and text to picture (Radford et al., *CLIP*, 2021), with what is remembered."""
        scale = self.learner.logit_scale.exp()
        all_texts = torch.cat([texts, self._said.rows(side)])
        numbers = torch.cat([batch.texts, self._said.rows("numbers")])
        true = truth(self._text_table, batch.examples, numbers)
        forth = contrastive_loss(pictures, all_texts, true, scale)
        all_pictures = torch.cat([pictures, self._pictures.rows("embeddings")])
        examples = torch.cat([batch.examples, self._pictures.rows("examples")])
        true = truth(self._text_table, examples, batch.texts).T
        back = contrastive_loss(texts, all_pictures, true, scale)
        return (forth + back) / 2

    def _features(self, views: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Pooled features of the learnt trunk (n, 1280), and of the frozen one for each nth view."""
        # Threads share autocast's cache of weights, and whoever comes first would decide how gradients
        # are rounded: without it a run can be repeated to the bit.
        with fast_precision(cache_weights=False):
            with torch.no_grad():
                stem = stem_features(self._stem, pictures_to_input(views))
                frozen = self._reference(stem[:: self._plan.losses.keep_every]).float()
            learnt: torch.Tensor = self.learner.tail(stem)
        return learnt.float(), frozen

    def use_average(self) -> None:
        """Put the averaged weights into the learner, and so into the model; ends the run."""
        self.learner.load_state_dict(self.average.module.state_dict())


def _memories(learner: ImageLearner, texts: TrainingTexts, plan: ImagePlan) -> tuple[Ring, Ring]:
    embeddings = torch.zeros(0, learner.projection.out_features)
    numbers = torch.zeros(0, dtype=torch.int64)
    pictures = {"embeddings": embeddings, "groups": numbers, "examples": numbers}
    said = {"numbers": numbers, "sentences": embeddings}
    if texts.tokens is not None:
        said["tower"] = embeddings
    return Ring(plan.remembered_pictures, pictures), Ring(plan.remembered_texts, said)


def _make_optimizer(learner: ImageLearner, weight_decay: float) -> torch.optim.Optimizer:
    heads = [*learner.projection.parameters(), *learner.from_sentence.parameters()]
    heads += [*learner.recall.parameters(), learner.logit_scale]
    tail = [weight for weight in learner.tail.parameters() if weight.requires_grad]
    tower = list(learner.text_tower.parameters()) if learner.text_tower is not None else []
    groups = [{"params": tail}, {"params": heads}, {"params": tower}]
    return torch.optim.AdamW(groups, weight_decay=weight_decay, fused=True)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let every operation run on one thread, while parts of a batch run side by side.

    Two threads inside each operation wait for one another after every operation, and on a busy machine
    that costs five times the work itself.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def pictures_to_input(pictures: torch.Tensor) -> torch.Tensor:
    """uint8 (n, h, w, 3) to the trunk's float32 (n, 3, h, w) in -1..1, channels last in memory."""
    return pictures.permute(0, 3, 1, 2).float().div(127.5).sub(1.0)
