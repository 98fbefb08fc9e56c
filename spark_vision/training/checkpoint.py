"""Checkpoints: tensors only, written whole or not at all, read with ``weights_only=True``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from spark_vision.training.errors import TrainingError


@dataclass(frozen=True)
class RunFiles:
    """Where a run keeps its checkpoint and its log (one JSON object a line)."""

    checkpoint: Path
    log: Path


def save_checkpoint(path: Path, model: nn.Module, optimizer: Optimizer, step: int) -> None:
    """Write model, optimizer and the number of finished steps, replacing the file atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    beside.replace(path)


def load_checkpoint(path: Path, model: nn.Module, optimizer: Optimizer | None = None) -> int:
    """Load ``path`` into model and optimizer, if it exists.

    Returns:
        The number of finished steps; 0 where there is no checkpoint.

    Raises:
        TrainingError: the checkpoint belongs to another architecture or another run.
    """
    if not path.exists():
        return 0
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    try:
        model.load_state_dict(state["model"])
        if optimizer is not None:
            optimizer.load_state_dict(state["optimizer"])
    except (RuntimeError, ValueError, KeyError) as error:
        raise TrainingError(f"{path} does not fit this run: {error}") from error
    return int(state["step"])
