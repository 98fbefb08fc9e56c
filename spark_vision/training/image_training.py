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

from spark_vision.training.batches import Batch, BatchMaker
from spark_vision.training.checkpoint import RunFiles, load_checkpoint, save_checkpoint
from spark_vision.training.image_tower import (
    ImageLearner,
    frozen_stem,
    frozen_tail,
    stem_features,
)
from spark_vision.training.losses import keep_features_loss, picture_picture_loss, picture_text_loss
from spark_vision.training.run_log import RunLog
from spark_vision.training.schedule import cosine_with_warmup, set_learning_rates

LARGEST_SCALE = 100.0
LOG_EVERY = 20


@dataclass(frozen=True)
class LossWeights:
    """How much each loss counts, and the inverse temperature among pictures."""

    text: float = 1.0
    pictures: float = 1.0
    keep_features: float = 1.0
    picture_scale: float = 12.0


@dataclass(frozen=True)
class ImagePlan:
    """Length, rates and habits of a run; figures are taken every ``measure_every`` epochs."""

    epochs: int = 4
    tail_rate: float = 3e-4
    head_rate: float = 1e-3
    warmup_steps: int = 100
    weight_decay: float = 0.02
    average_decay: float = 0.98
    losses: LossWeights = field(default_factory=LossWeights)
    save_every: int = 50
    measure_every: int = 2
    threads: int = 2
    workers: int = 1  # prepares views while the main process computes; two would fight for the cores
    seed: int = 7


class ImageRun:
    """One training run of a model's image tower, which can be stopped at any time and resumed."""

    def __init__(
        self,
        model: open_clip.CLIP,
        learner: ImageLearner,
        batches: BatchMaker,
        sentences: torch.Tensor,
        plan: ImagePlan,
    ) -> None:
        """Prepare a run from the start.

        Args:
            model: the trunk already has its ImageNet weights.
            learner: made of ``model``; its projection is already started.
            batches: what to learn from.
            sentences: float32 of shape (texts, 384), teacher embeddings of the batches' texts.
            plan: the schedule.
        """
        torch.manual_seed(plan.seed)
        self.learner = learner
        self._stem = frozen_stem(model)
        self._reference = frozen_tail(learner)
        self._batches = batches
        self._sentences = sentences
        self._plan = plan
        self.total_steps = plan.epochs * batches.steps_per_epoch
        averaging = get_ema_multi_avg_fn(plan.average_decay)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(learner, multi_avg_fn=averaging, use_buffers=False)
        self._pool = ThreadPoolExecutor(plan.threads, initializer=torch.set_num_threads, initargs=(1,))
        self._state = nn.ModuleDict({"learner": learner, "average": self.average})
        self._peaks = (plan.tail_rate, plan.head_rate)
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
        parts = list(self._pool.map(self._features, batch.views.chunk(self._plan.threads)))
        pictures = self.learner.embed_features(torch.cat([learnt for learnt, _ in parts]))
        features = torch.cat([frozen for _, frozen in parts])
        texts = self.learner.embed_sentences(self._sentences[batch.texts])
        scale = self.learner.logit_scale.exp()
        return {
            "text": picture_text_loss(pictures, texts, batch.positives, scale),
            "pictures": picture_picture_loss(pictures, batch.groups, self._plan.losses.picture_scale),
            "keep_features": keep_features_loss(
                self.learner.recall(pictures), self.learner.standardised(features)
            ),
        }

    def _features(self, views: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Pooled features (n, 1280) of the learnt and of the frozen trunk."""
        # Threads share autocast's cache of weights, and whoever comes first would decide how gradients
        # are rounded: without it a run can be repeated to the bit.
        with torch.autocast("cpu", torch.bfloat16, cache_enabled=False):
            with torch.no_grad():
                stem = stem_features(self._stem, pictures_to_input(views))
                frozen = self._reference(stem).float()
            learnt: torch.Tensor = self.learner.tail(stem)
        return learnt.float(), frozen

    def use_average(self) -> None:
        """Put the averaged weights into the learner, and so into the model; ends the run."""
        self.learner.load_state_dict(self.average.module.state_dict())


def _make_optimizer(learner: ImageLearner, weight_decay: float) -> torch.optim.Optimizer:
    heads = [*learner.projection.parameters(), *learner.from_sentence.parameters()]
    heads += [*learner.recall.parameters(), learner.logit_scale]
    tail = [weight for weight in learner.tail.parameters() if weight.requires_grad]
    groups = [{"params": tail}, {"params": heads}]
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
