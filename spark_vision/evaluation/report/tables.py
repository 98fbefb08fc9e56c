"""Runs as Markdown tables, for notebooks, scripts and documentation."""

from collections.abc import Iterable, Mapping, Sequence

from spark_vision.evaluation.compare import Difference
from spark_vision.evaluation.metric_table import Metric
from spark_vision.evaluation.records.run import Run
from spark_vision.evaluation.slices import Slice


def figures_table(runs: Mapping[str, Run], names: Sequence[str] | None = None) -> str:
    """A row a figure, a column a run, each value with its interval; names: which figures, None: all."""
    columns = {title: run.figures for title, run in runs.items()}
    return values_table("figure", columns, names)


def values_table(
    corner: str, columns: Mapping[str, Mapping[str, Metric]], names: Sequence[str] | None = None
) -> str:
    """A row a name, a column a title; names: None for those that have a value in some column.

    >>> print(values_table("k", {"a": {"x": Metric(0.5, (0.4, 0.6))}}))
    | k | a |
    |---|---|
    | x | .500 (.400 to .600) |
    """
    every = dict.fromkeys(name for column in columns.values() for name in column)
    wanted = names or [name for name in every if any(_held(column, name) for column in columns.values())]
    rows = ([name, *(cell(column.get(name)) for column in columns.values())] for name in wanted)
    return table([corner, *columns], rows)


def comparison_table(found: Mapping[str, Difference], first: str, second: str) -> str:
    """A row a figure: both values, the difference with its interval, and p."""
    rows = (
        [
            name,
            short(each.first),
            short(each.second),
            _signed(each),
            "" if each.p is None else f"{each.p:.3f}",
        ]
        for name, each in found.items()
    )
    return table(["figure", first, second, "difference (95 %)", "p"], rows)


def slices_table(slices: Iterable[Slice], names: Sequence[str] = ("recall@1", "recall@5", "mrr")) -> str:
    """A row a slice, with some figures."""
    rows = (
        [each.by, each.name, str(each.queries), *(cell(each.figures[name]) for name in names)]
        for each in slices
    )
    return table(["slice by", "", "look-ups", *names], rows)


def extra_table(rows: Sequence[Mapping[str, object]]) -> str:
    """One of the tables of a record."""
    return table(list(rows[0]), ([_text(value) for value in row.values()] for row in rows))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    text = ["| " + " | ".join(line) + " |" for line in lines]
    text[1] = "|---" * len(head) + "|"
    return "\n".join(text)


def cell(figure: Metric | None) -> str:
    """A figure with its interval."""
    if figure is None or figure.value is None:
        return "-"
    span = "" if figure.interval is None else f" ({short(figure.interval[0])} to {short(figure.interval[1])})"
    return short(figure.value) + span


def short(value: float) -> str:
    """Three digits without the zero before the point, as tables of this field print shares.

    >>> short(0.25), short(1.0), short(-0.5)
    ('.250', '1.000', '-.500')
    """
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def _signed(each: Difference) -> str:
    span = "" if each.interval is None else f" ({each.interval[0]:+.3f} to {each.interval[1]:+.3f})"
    return f"{each.difference:+.3f}{span}"


def _held(column: Mapping[str, Metric], name: str) -> bool:
    return name in column and column[name].value is not None


def _text(value: object) -> str:
    if isinstance(value, list):
        return " to ".join(f"{each:+.3f}" for each in value)
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None else str(value)
