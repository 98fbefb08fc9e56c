"""A small chart as numbers for an SVG: no script, no style of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from spark_vision_api.v1.orders.schemas import DayOut

WIDTH, HEIGHT = 600, 120
_GAP = 0.3
_LEAST = 1.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's clicks, in the chart's units; a day without has a hair's breadth."""

    day: date
    clicks: int
    x: float
    y: float
    width: float
    height: float


def bars(days: Sequence[DayOut]) -> list[Bar]:
    """A bar a day, oldest first, the highest as high as the chart.

    >>> from datetime import date
    >>> [bar.height for bar in bars([DayOut(day=date(2026, 3, n), clicks=n, earned={}) for n in (1, 2)])]
    [60.0, 120.0]
    """
    most = max((day.clicks for day in days), default=0) or 1
    step = WIDTH / max(len(days), 1)
    return [_bar(day, number * step, step, most) for number, day in enumerate(days)]


def _bar(day: DayOut, x: float, step: float, most: int) -> Bar:
    height = max(round(HEIGHT * day.clicks / most, 2), _LEAST)
    return Bar(day.day, day.clicks, round(x, 2), HEIGHT - height, round(step * (1 - _GAP), 2), height)
