"""Feature maps of training views, made once: from there the last stages learn without what lies below.

Most of a step's time goes into stages that hardly gain by more training. With their output kept on disk a
step takes a fifth of the time, for the price that the same views come back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import DataLoader, Dataset

from spark_vision.training.batches import BatchMaker, BatchPlan, Example, Examples, view_of
from spark_vision.training.image_tower import pictures_to_input, stem_features
from spark_vision.training.packing import Pack
from spark_vision.training.views import ViewPlan

AT_ONCE = 256
MAPS, RECORD = "maps.npy", "maps.json"


@dataclass(frozen=True)
class KeptPlan:
    """How many views are kept of each picture, by data set, and what they look like.

    They are as large as the encoder's own pictures and never flipped: maps are flipped when they are drawn.
    """

    views: tuple[int, int, int, int] = (4, 12, 8, 8)
    look: ViewPlan = field(
        default_factory=lambda: ViewPlan(side=160, whole=0.45, smallest_crop=0.4, flip=0.0)
    )
    seed: int = 21


@dataclass(frozen=True)
class KeptViews:
    """Maps of all views, those of one example side by side.

    Attributes:
        maps: float16 memory map of shape (views, channels, height, width).
        first: int64 of shape (examples + 1,), row of each example's first view, and the number of all.
    """

    maps: NDArray[np.float16]
    first: NDArray[np.int64]

    def draw(self, example: int, rng: np.random.Generator) -> NDArray[np.float16]:
        """The map of one of the example's views, flipped in every second case."""
        drawn: NDArray[np.float16] = self.maps[rng.integers(self.first[example], self.first[example + 1])]
        return drawn[:, :, ::-1] if rng.random() < 0.5 else drawn


class KeptBatches(BatchMaker):
    """Batches of kept maps, in one view of each picture."""

    def __init__(
        self, examples: Examples, pack: Pack, batch_plan: BatchPlan, view_plan: ViewPlan, kept: KeptViews
    ) -> None:
        """See ``BatchMaker``; ``kept`` are the examples' own."""
        super().__init__(examples, pack, batch_plan, view_plan)
        self._kept = kept

    def _see(self, chosen: NDArray[np.int64], step: int, rng: np.random.Generator) -> torch.Tensor:
        return torch.from_numpy(np.stack([self._kept.draw(int(example), rng) for example in chosen]))


def digest_of(stem: nn.Module, examples: Examples, plan: KeptPlan) -> str:
    """Twelve hexadecimal digits that tell maps of other weights, pictures or plans apart."""
    told = hashlib.sha256(repr((plan, examples.items, examples.scenes)).encode())
    for weights in stem.state_dict().values():
        told.update(weights.contiguous().numpy().tobytes())
    return told.hexdigest()[:12]


def keep_views(
    stem: nn.Module,
    examples: Examples,
    pack: Pack,
    plan: KeptPlan,
    folder: Path,
    say: Callable[[str], None],
) -> KeptViews:
    """Make the maps, or go on where an earlier call with the same arguments was stopped.

    Args:
        stem: the trunk's part that stays as it is.
        examples: whose views are made.
        pack: their pictures.
        plan: how many views and which.
        folder: takes the maps and a record of how many there are.
        say: told now and then how far it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts = [plan.views[item.domain] for item in examples.items]
    first = np.array([0, *accumulate(counts)], dtype=np.int64)
    views = _Views(examples, pack, plan, first)
    done = _made(folder)
    maps = _open_maps(folder, stem, plan, int(first[-1]), anew=done == 0)
    for start, made in _maps_from(stem, views, done):
        maps[start : start + len(made)] = made
        maps.flush()
        (folder / RECORD).write_text(json.dumps({"made": start + len(made)}), encoding="utf-8")
        if (start // AT_ONCE) % 20 == 0:
            say(f"kept {start + len(made)} of {len(maps)} views")
    return KeptViews(np.load(folder / MAPS, mmap_mode="r", allow_pickle=False), first)


class _Views(Dataset[torch.Tensor]):
    """View number v of all, made from the seed and its number alone: uint8 (side, side, 3)."""

    def __init__(self, examples: Examples, pack: Pack, plan: KeptPlan, first: NDArray[np.int64]) -> None:
        self._examples, self._pack, self._plan = examples, pack, plan
        self._first = first

    def __len__(self) -> int:
        return int(self._first[-1])

    def __getitem__(self, view: int) -> torch.Tensor:
        item = self._item(view)
        rng = np.random.default_rng([self._plan.seed, view])
        return torch.from_numpy(view_of(item.row, self._examples, self._pack, self._plan.look, rng))

    def _item(self, view: int) -> Example:
        return self._examples.items[int(np.searchsorted(self._first, view, side="right")) - 1]


def _made(folder: Path) -> int:
    record = folder / RECORD
    return int(json.loads(record.read_text(encoding="utf-8"))["made"]) if record.exists() else 0


def _open_maps(
    folder: Path, stem: nn.Module, plan: KeptPlan, count: int, *, anew: bool
) -> np.memmap[Any, np.dtype[np.float16]]:
    if not anew:
        kept: np.memmap[Any, np.dtype[np.float16]] = np.load(folder / MAPS, "r+", allow_pickle=False)
        return kept
    with torch.inference_mode():
        shape = stem(torch.zeros(1, 3, plan.look.side, plan.look.side)).shape[1:]
    return np.lib.format.open_memmap(folder / MAPS, "w+", np.float16, (count, *shape))


def _maps_from(stem: nn.Module, views: _Views, done: int) -> Iterator[tuple[int, NDArray[np.float16]]]:
    loader = DataLoader(views, AT_ONCE, sampler=range(done, len(views)), num_workers=1, prefetch_factor=2)
    for number, pictures in enumerate(loader):
        with torch.inference_mode():
            maps = stem_features(stem, pictures_to_input(pictures))
        yield done + number * AT_ONCE, maps.to(torch.float16).numpy()
