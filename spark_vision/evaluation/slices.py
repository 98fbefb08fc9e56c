"""Figures of parts of the queries: by category, colour, box size and picture quality."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from spark_vision.evaluation.metric_table import Metric
from spark_vision.evaluation.query_attributes import BOX_SHARE, BRIGHTNESS, CATEGORY, COLOUR, SHARPNESS
from spark_vision.evaluation.records.run import Facts, Run

MIN_QUERIES = 5
REST = "all others"

_SMALL, _LARGE = 0.05, 0.20  # shares of the photo
_THIRDS = ("lowest third", "middle third", "highest third")

_IN_ORDER = ("small box", "medium box", "large box", "whole photo", *_THIRDS)

NameOf = Callable[[Facts], str]


@dataclass(frozen=True)
class Slice:
    """The queries of which one thing holds, with their figures."""

    by: str
    name: str
    queries: int
    figures: dict[str, Metric]


def slices(run: Run, least: int = MIN_QUERIES) -> list[Slice]:
    """Slices by all that is known; values of fewer queries than `least` are one slice together.

    What is the same for all queries gives no slice.
    """
    named: dict[str, NameOf] = {
        CATEGORY: lambda facts: str(facts.get(CATEGORY, "")),
        COLOUR: lambda facts: str(facts.get(COLOUR, "")),
        "box size": box_size,
        SHARPNESS: thirds(run.facts, SHARPNESS),
        BRIGHTNESS: thirds(run.facts, BRIGHTNESS),
    }
    return [each for by, name_of in named.items() for each in _slices(run, by, name_of, least)]


def box_size(facts: Facts) -> str:
    """In words, with the box's share of the photo."""
    share = facts.get(BOX_SHARE)
    if not isinstance(share, float):
        return "whole photo"
    if share < _SMALL:
        return f"small box (under {_SMALL:.0%})"
    return f"medium box (to {_LARGE:.0%})" if share < _LARGE else f"large box ({_LARGE:.0%} and more)"


def thirds(facts: Sequence[Facts], name: str) -> NameOf:
    """Which third of all values a query's value is in; with equal values a third may be larger."""
    held = [value for each in facts if isinstance(value := each.get(name), float)]
    low, high = np.quantile(held, [1 / 3, 2 / 3]) if held else (0.0, 0.0)

    def name_of(of: Facts) -> str:
        value = of.get(name)
        if not isinstance(value, float):
            return ""
        return _THIRDS[int(value > low) + int(value > high)]

    return name_of


def _place(name: str) -> int:
    """What has an order comes in it; all others are last."""
    if name == REST:
        return len(_IN_ORDER)
    return next((place for place, word in enumerate(_IN_ORDER) if name.startswith(word)), 0)


def _slices(run: Run, by: str, name_of: NameOf, least: int) -> Iterator[Slice]:
    members: dict[str, list[int]] = {}
    for number, facts in enumerate(run.facts):
        if name := name_of(facts):
            members.setdefault(name, []).append(number)
    few = [name for name, held in members.items() if len(held) < least]
    if len(few) > 1:
        members[REST] = [number for name in few for number in members.pop(name)]
    if len(members) < 2:
        return
    for name, held in sorted(members.items(), key=lambda item: (_place(item[0]), item[0])):
        figures = run.figures_of([run.results[number] for number in held])
        yield Slice(by, name, len(held), figures)
