"""Which number type a step computes in: bfloat16 where the processor has instructions for it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch

CPU = torch.device("cpu")
CPU_FLAGS = Path("/proc/cpuinfo")
BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # x86 twice, ARM


@cache
def bfloat16_is_fast(flags_file: Path = CPU_FLAGS) -> bool:
    """Whether this processor computes in bfloat16; where it only emulates it, a step takes ten times as long.

    Args:
        flags_file: what Linux tells of the processor; elsewhere there is none, and the answer is no.
    """
    try:
        text = flags_file.read_text(encoding="utf-8")
    except OSError:
        return False
    lines = (line.partition(":")[2] for line in text.splitlines() if line.startswith(("flags", "Features")))
    return not BFLOAT16_FLAGS.isdisjoint(next(lines, "").split())


def fast_precision(device: torch.device = CPU, cache_weights: bool = True) -> torch.autocast:
    """A context that computes in bfloat16 where that is fast, in float32 elsewhere.

    Args:
        device: what computes; a graphics processor is taken to be fast at it.
        cache_weights: keep weights that were rounded once; not where threads share them.
    """
    fast = device != CPU or bfloat16_is_fast()
    return torch.autocast(device.type, torch.bfloat16, enabled=fast, cache_enabled=cache_weights)
