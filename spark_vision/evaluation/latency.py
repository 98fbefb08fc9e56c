"""How long single look-ups take: percentiles a stage."""

from collections.abc import Mapping, Sequence

import numpy as np

PERCENTILES = (50, 95, 99)


def latency_rows(timings: Sequence[Mapping[str, float]]) -> list[dict[str, object]]:
    """A row a stage, in milliseconds, of the seconds that each look-up took; and one of their sums.

    >>> latency_rows([{"search": 0.001}, {"search": 0.003}])[0]["p50 (ms)"]
    2.0
    """
    stages = list(dict.fromkeys(name for each in timings for name in each))
    seconds = {stage: [each.get(stage, 0.0) for each in timings] for stage in stages}
    seconds["total"] = [sum(each.values()) for each in timings]
    return [_row(stage, values) for stage, values in seconds.items()]


def _row(stage: str, seconds: Sequence[float]) -> dict[str, object]:
    found = np.percentile(seconds, PERCENTILES) * 1000
    named = zip(PERCENTILES, found.tolist(), strict=True)
    return {
        "stage": stage,
        **{f"p{percent} (ms)": round(value, 2) for percent, value in named},
        "look-ups": len(seconds),
    }
