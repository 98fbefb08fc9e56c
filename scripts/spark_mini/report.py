"""Figures as a Markdown table."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.spark_mini.statistics import Figure


def figures_table(figures: Mapping[str, Mapping[str, Figure]]) -> str:
    """One column a model, one row a figure with its 95 % interval; a dash where a model has none.

    >>> print(figures_table({"a": {"x": Figure(0.5, 0.4, 0.6, 10)}, "b": {}}))
    | held-out part | queries | a | b |
    |---|---|---|---|
    | x | 10 | .500 (.400-.600) | - |
    """
    rows: dict[str, int] = {}
    for column in figures.values():
        rows |= {name: figure.queries for name, figure in column.items()}
    lines = [f"| held-out part | queries | {' | '.join(figures)} |", "|---" * (2 + len(figures)) + "|"]
    for name, queries in rows.items():
        cells = " | ".join(_cell(column.get(name)) for column in figures.values())
        lines.append(f"| {name} | {queries} | {cells} |")
    return "\n".join(lines)


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    return f"{_short(figure.value)} ({_short(figure.low)}-{_short(figure.high)})"


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")
