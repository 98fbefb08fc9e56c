"""What decides a run of training, besides its data: lengths, rates, and how much each loss counts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class LossWeights:
    """How much each loss counts, and the inverse temperatures of two of them.

    ``keep_every``: of so many views one must let the frozen features be read from its embedding.
    ``categories`` and ``phrases`` count where a run has them.
    """

    text: float = 1.0
    pictures: float = 1.0
    keep_features: float = 1.0
    categories: float = 1.0
    phrases: float = 2.0
    picture_scale: float = 12.0
    category_scale: float = 30.0
    keep_every: int = 1


@dataclass(frozen=True)
class ImagePlan:
    """Length, rates and habits of a run; figures are taken every ``measure_every`` epochs.

    ``device``: what computes, as PyTorch names it. ``threads``: of a CPU, one for each part of a batch.
    """

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
    more_categories: int = 16  # said anew in a step besides those of its pictures
    phrases: int = 32  # of the corpus in a step
    dropped_tokens: float = 0.0  # chance (0..1) of each token of a longer text
    save_every: int = 50
    measure_every: int = 2
    threads: int = 2
    workers: int = 1  # prepares views while the main process computes; two would fight for the cores
    device: str = "cpu"
    seed: int = 7
