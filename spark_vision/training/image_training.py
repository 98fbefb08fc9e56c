"""The training run of the image tower: steps, weight averaging, checkpoints, log, early figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import open_clip
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader

from spark_vision.training.batches import Batch, BatchMaker
from spark_vision.training.checkpoint import RunFiles, load_checkpoint, save_checkpoint
from spark_vision.training.image_tower import ImageLearner
from spark_vision.training.objective import Objective
from spark_vision.training.plans import ImagePlan
from spark_vision.training.run_log import RunLog
from spark_vision.training.schedule import cosine_with_warmup, set_learning_rates
from spark_vision.training.training_texts import TrainingTexts

LARGEST_SCALE = 100.0
LOG_EVERY = 20


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
        self._batches = batches
        self._plan = plan
        self._objective = Objective(model, learner, batches.examples, texts, plan)
        self.total_steps = plan.epochs * batches.steps_per_epoch
        averaging = get_ema_multi_avg_fn(plan.average_decay)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(learner, multi_avg_fn=averaging, use_buffers=False)
        self._pool = ThreadPoolExecutor(plan.threads, initializer=torch.set_num_threads, initargs=(1,))
        self.state = nn.ModuleDict(
            {"learner": learner, "average": self.average, **self._objective.remembered()}
        )
        self._peaks = (plan.tail_rate, plan.head_rate, plan.text_rate)
        self._optimizer = _make_optimizer(learner, plan.weight_decay)

    def train(
        self,
        files: RunFiles,
        say: Callable[[str], None],
        after_epoch: Callable[[], dict[str, float]] | None = None,
        last_step: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Train to the end, or to ``last_step``, from the checkpoint if there is one.

        Args:
            files: checkpoint and log.
            say: told each line of the log.
            after_epoch: returns figures for the log.
            last_step: stop after so many steps in all; the schedule stays that of the whole run.
            progress: told after each step how many of how many are done.

        Raises:
            TrainingError: the checkpoint is of another run.
        """
        with one_thread_each():
            self._train(files.checkpoint, RunLog(files.log, say), after_epoch, last_step, progress)

    def _train(
        self,
        checkpoint: Path,
        log: RunLog,
        after_epoch: Callable[[], dict[str, float]] | None,
        last_step: int | None,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        first = load_checkpoint(checkpoint, self.state, self._optimizer)
        last = min(self.total_steps, last_step or self.total_steps)
        for step, batch in zip(range(first, last), self._load(first, last), strict=True):
            log.count(len(batch.views))
            note = self._step(step, batch)
            done = step + 1
            if progress is not None:
                progress(done, last)
            if done % LOG_EVERY == 0:
                log.write({"step": done, **note, "pictures_per_second": log.speed()})
            if done % self._plan.save_every == 0 or done == last:
                save_checkpoint(checkpoint, self.state, self._optimizer, done)
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
        parts = self._objective.losses(step, batch, self._pool)
        weights = self._plan.losses
        loss = torch.stack([getattr(weights, name) * part for name, part in parts.items()]).sum()
        self._optimizer.zero_grad(set_to_none=True)
        self._objective.backward(loss, self._pool)
        torch.nn.utils.clip_grad_norm_(self.learner.parameters(), 1.0)
        self._optimizer.step()
        with torch.no_grad():
            self.learner.logit_scale.clamp_(max=math.log(LARGEST_SCALE))
        self.average.update_parameters(self.learner)
        return {"loss": loss.item(), **{name: part.item() for name, part in parts.items()}}

    def use_average(self) -> None:
        """Put the averaged weights into the learner, and so into the model; ends the run."""
        self.learner.load_state_dict(self.average.module.state_dict())


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
