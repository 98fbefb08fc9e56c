"""Learning rate over a run: linear warm-up, then half a cosine down (Loshchilov and Hutter, 2017)."""

from __future__ import annotations

import math
from collections.abc import Iterable

from torch.optim import Optimizer


def cosine_with_warmup(step: int, total_steps: int, warmup_steps: int) -> float:
    """Share (0..1) of the peak learning rate at ``step``, 0-based.

    >>> [round(cosine_with_warmup(s, 10, 2), 2) for s in (0, 1, 2, 6, 10)]
    [0.5, 1.0, 1.0, 0.5, 0.0]
    """
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    progress = (step - warmup_steps) / max(1, total_steps - warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def set_learning_rates(optimizer: Optimizer, peaks: Iterable[float], share: float) -> None:
    """Give each parameter group its own peak rate times ``share``."""
    for group, peak in zip(optimizer.param_groups, peaks, strict=True):
        group["lr"] = peak * share
