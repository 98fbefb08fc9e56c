"""Plots of runs, for the page and for notebooks. Each is a matplotlib Figure of its own, without pyplot."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from spark_vision.evaluation.confidence import reliability, risk_coverage
from spark_vision.evaluation.metric_table import Metric as Value
from spark_vision.evaluation.metric_table import confidences, correct, probabilities
from spark_vision.evaluation.records.run import Run
from spark_vision.evaluation.results import QueryResult
from spark_vision.evaluation.slices import Slice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GROUP = re.compile(r'<g id="[^"]*"')

COLOURS = ("#2457c5", "#d4622a", "#2b8a57", "#8a4fbf", "#a8841a", "#c0392b")
INK, MUTED, GRID = "#1d2330", "#5d6677", "#e3e7ee"
DEEPEST = 20

# Sizes are inches at 72 dots: a plot is about as wide as a phone, so that its words stay readable there.
_SIZE = (5.2, 3.7)
_STYLE = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": "#b8c0cc",
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": GRID,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "svg.fonttype": "none",
}


def recall_curves(runs: Sequence[Run], deepest: int = DEEPEST) -> "Figure":
    """recall@k over k, a line a run, of the look-ups that have a right product."""
    figure, axes = drawing("Recall@k: a right product among the first k")
    ks = np.arange(1, deepest + 1)
    for run, colour in zip(runs, _colours(runs), strict=True):
        values = recall_at_each(run.results, deepest)
        axes.plot(ks, values, color=colour, marker="o", markersize=3, label=run.name)
    axes.set(
        xlabel="k, products shown", ylabel="share of look-ups", ylim=(0, 1.02), xlim=(0.5, deepest + 0.5)
    )
    axes.set_xticks([1, *range(5, deepest + 1, 5)])
    axes.legend(loc="lower right")
    return figure


def recall_at_each(results: Sequence[QueryResult], deepest: int) -> list[float]:
    """recall@1 to recall@deepest over look-ups with a right product; 0 where there are none."""
    places = [_first_place(result) for result in results if result.query.relevant]
    found = np.array(places, dtype=np.float64)
    return [float((found <= k).mean()) if len(found) else 0.0 for k in range(1, deepest + 1)]


def risk_coverage_curves(runs: Sequence[Run]) -> "Figure":
    """Share of wrong first suggestions over the share of look-ups that are answered."""
    figure, axes = drawing("Risk and coverage: answering only when sure")
    for run, colour in zip(runs, _colours(runs), strict=True):
        curve = risk_coverage(confidences(run.results), correct(run.results))
        axes.step(curve.coverage, curve.risk, where="post", color=colour, label=run.name)
    axes.set(
        xlabel="coverage, share of look-ups answered",
        ylabel="risk, share of those wrong",
        xlim=(0, 1.01),
        ylim=(0, None),
    )
    axes.legend(loc="upper left")
    return figure


def reliability_diagram(run: Run) -> "Figure":
    """How often suggestions of a probability are right, bin by bin; areas are numbers of look-ups."""
    figure, axes = drawing(f"Reliability of {run.name}")
    bins = reliability(probabilities(run.results), correct(run.results))
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle="--", label="what is said is so")
    axes.scatter(
        [each.probability for each in bins],
        [each.accuracy for each in bins],
        s=[20 + 400 * each.queries / len(run.results) for each in bins],
        color=COLOURS[0],
        alpha=0.75,
        label="look-ups, by bin",
    )
    axes.set(xlabel="probability that was said", ylabel="share that was right", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(loc="upper left")
    return figure


def slice_bars(slices: Sequence[Slice], figure_name: str = "recall@1", most: int = 14) -> "Figure":
    """A figure of each slice with its interval, the largest slices first."""
    shown = sorted(
        (each for each in slices if each.figures[figure_name].value is not None),
        key=lambda each: -each.queries,
    )[:most][::-1]
    names = [f"{_short(each.name)} ({each.queries})" for each in shown]
    by = ", ".join(dict.fromkeys(each.by for each in shown))
    return interval_bars(
        {name: each.figures[figure_name] for name, each in zip(names, shown, strict=True)},
        f"{figure_name} by {by}",
        f"{figure_name}, with 95 % intervals (look-ups in brackets)",
    )


def interval_bars(values: Mapping[str, Value], title: str, label: str) -> "Figure":
    """Horizontal bars of figures with their intervals."""
    figure, axes = drawing(title, (_SIZE[0], max(1.8, 0.9 + 0.27 * len(values))))
    places = np.arange(len(values))
    heights = [each.value or 0.0 for each in values.values()]
    spans = [each.interval or (each.value or 0.0,) * 2 for each in values.values()]
    low = [max(value - span[0], 0) for value, span in zip(heights, spans, strict=True)]
    high = [max(span[1] - value, 0) for value, span in zip(heights, spans, strict=True)]
    axes.barh(places, heights, color="#a9c1ef", height=0.62)
    axes.errorbar(heights, places, xerr=[low, high], fmt="none", ecolor=INK, elinewidth=1, capsize=2)
    axes.set_yticks(places, list(values))
    axes.set(xlabel=label, xlim=(0, 1.02))
    axes.grid(visible=False, axis="y")
    return figure


def lines(
    series: Mapping[str, tuple[Sequence[float], Sequence[Value]]], title: str, labels: tuple[str, str]
) -> "Figure":
    """Figures with their intervals over numbers, a line a name. labels: of the x and y axes."""
    figure, axes = drawing(title)
    for number, (name, (xs, values)) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        middle = [np.nan if each.value is None else each.value for each in values]
        spans = np.array([each.interval or (np.nan, np.nan) for each in values])
        axes.plot(xs, middle, color=colour, marker="o", markersize=4, label=name)
        axes.fill_between(xs, spans[:, 0], spans[:, 1], color=colour, alpha=0.15, linewidth=0)
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.legend()
    return figure


def drawing(title: str, size: tuple[float, float] = _SIZE) -> "tuple[Figure, Axes]":
    """An empty plot in the house's style."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=size, dpi=90, layout="constrained")
        axes = figure.subplots()
        axes.set_title(title)
        axes.grid(visible=True, linewidth=0.8)
        axes.set_axisbelow(True)
    return figure, axes


def svg(figure: "Figure", name: str) -> str:
    """A plot as an SVG element that scales with its place; name: makes ids unique on a page."""
    import matplotlib as mpl

    out = BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue().decode()
    # Groups are called figure_1, axes_1 on every plot; nothing refers to them.
    element = _GROUP.sub("<g", text[text.index("<svg") :])
    head, rest = element.split(">", 1)
    kept = [part for part in head.split('" ') if not part.startswith(("width=", "height="))]
    return '" '.join(kept).rstrip('"') + '" role="img">' + rest


def _first_place(result: QueryResult) -> float:
    found = (place for place, each in enumerate(result.product_ids, start=1) if each in result.query.relevant)
    return next(found, np.inf)


def _colours(runs: Sequence[Run]) -> list[str]:
    return [COLOURS[number % len(COLOURS)] for number in range(len(runs))]


def _short(name: str) -> str:
    """The end of a category path: `Home > Kitchen > Mugs` is known by its last word."""
    last = name.rpartition(" > ")[2]
    return last if len(last) <= 28 else last[:27] + "…"
