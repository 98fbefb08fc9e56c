"""The embeddings of the last steps, so that a small batch meets many more others than its own.

From one step to the next a slowly learning encoder hardly changes, so that embeddings of some dozens of
steps ago still serve as what to tell apart (Wang et al., *Cross-Batch Memory for Embedding Learning*,
CVPR 2020). They cost no forward pass and get no gradient.
"""

from __future__ import annotations

import torch
from torch import nn


class EmbeddingQueue(nn.Module):
    """The last rows of some columns, oldest overwritten first; its buffers go into checkpoints."""

    written: torch.Tensor

    def __init__(self, size: int, columns: dict[str, torch.Tensor]) -> None:
        """Room for ``size`` rows, or for none.

        Args:
            size: 0, or at least as many rows as are added at once.
            columns: for each column an empty tensor (0, ...) with its shape and type.
        """
        super().__init__()
        self._size = size
        self.register_buffer("written", torch.zeros((), dtype=torch.int64))
        for name, empty in columns.items():
            self.register_buffer(name, empty.new_zeros((size, *empty.shape[1:])))

    def add(self, rows: dict[str, torch.Tensor]) -> None:
        """Keep rows of all columns, equally many of each, without their gradients."""
        if self._size == 0:
            return
        count = len(next(iter(rows.values())))
        places = (self.written + torch.arange(count, device=self.written.device)) % self._size
        for name, values in rows.items():
            self.get_buffer(name)[places] = values.detach()
        self.written += count

    def rows(self, name: str) -> torch.Tensor:
        """What is kept of a column, in no order that matters; the same for all columns."""
        return self.get_buffer(name)[: min(self._size, int(self.written))].clone()
