"""Runs to one HTML page that needs nothing else: figures, curves, slices, failures, a map."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader

from spark_vision.core.errors import InvalidInputError
from spark_vision.evaluation.metric_table import LESS_IS_BETTER, Metric, probabilities
from spark_vision.evaluation.records.run import Run
from spark_vision.evaluation.report import plots
from spark_vision.evaluation.report.embedding_map import embedding_map
from spark_vision.evaluation.report.pictures import Album, extras_tables
from spark_vision.evaluation.slices import Slice, slices

_CARDS = ("recall@1", "recall@5", "mrr", "category_accuracy@1", "open_set_auroc", "ece")
_NO_PROBABILITIES = (
    "There is no reliability diagram: this run has no probabilities. Risk and coverage go by similarity."
)
_MAP_WORDS = (
    "Neighbours on the map are alike to the model (t-SNE of cosine distances; directions and far distances "
    "mean nothing). Photos lie where their product is if all is well. Rest the pointer on a mark for its "
    "name."
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as text."""

    value: str
    interval: str


def render(runs: Sequence[Run], *, with_map: bool = True) -> str:
    """The page of one run, or of several beside each other; the first is looked at most closely.

    Whatever comes from a dataset is escaped. Raises MissingExtraError where the map wants a package that
    is not installed, and InvalidInputError without a run.
    """
    if not runs:
        raise InvalidInputError("A report wants at least one run.")
    first, album = runs[0], Album(runs[0])
    has_map = with_map and first.vectors is not None
    parts: dict[str, Any] = {
        "title": _title(first),
        "summary": _summary(first),
        "cards": list(_cards(first)),
        "runs": [{"name": run.name, "made": run.record.made, "record": _record(run)} for run in runs],
        "figures": list(_figure_rows(runs)),
        "comparisons": [_comparison(first, other) for other in runs[1:]],
        "plots": list(_plots(runs)),
        "curves_words": "" if _has_probabilities(first) else _NO_PROBABILITIES,
        "slices": list(_slice_groups(first)),
        "failures": album.failures(),
        "map": embedding_map(first, album) if has_map else None,
        "map_words": _MAP_WORDS if has_map else "",
        "extras": extras_tables(first.record.extras),
    }
    parts["sections"] = _sections(parts)
    environment = Environment(loader=PackageLoader("spark_vision.evaluation.report", ""), autoescape=True)
    return environment.get_template("page.html").render(parts)


def _title(run: Run) -> str:
    record = run.record
    folder = record.dataset.folder.rstrip("/").rpartition("/")[2] or record.dataset.folder
    split = f", split {record.dataset.split}" if record.dataset.split else ""
    return f"{run.name} on {folder}{split}"


def _summary(run: Run) -> str:
    record, evaluation = run.record, run.evaluation
    return (
        f"{record.dataset.protocol[:1].upper()}{record.dataset.protocol[1:]}: {len(run.results):,} look-ups "
        f"in {evaluation.photos:,} photos, {record.index.products:,} products with "
        f"{record.index.pictures:,} pictures, index of kind {record.index.kind}. Measured "
        f"{record.made[:10]} with Spark Vision {record.versions.get('spark-vision', '')}."
    )


def _cards(run: Run) -> Iterator[dict[str, str]]:
    for name in _CARDS:
        figure = run.figures[name]
        if figure.value is not None:
            cell = _cell(figure)
            yield {"name": name, "value": cell.value, "interval": cell.interval}


def _figure_rows(runs: Sequence[Run]) -> Iterator[dict[str, Any]]:
    for name in runs[0].figures:
        cells = [_cell(run.figures.get(name, Metric(None, None))) for run in runs]
        yield {"name": name, "less": name in LESS_IS_BETTER, "cells": cells}


def _comparison(first: Run, other: Run) -> dict[str, Any]:
    names = {"first": first.name, "second": other.name}
    try:
        found = first.against(other)
    except InvalidInputError as error:
        return {**names, "rows": [], "words": error.message}
    rows = [
        [
            name,
            f"{each.first:.3f}",
            f"{each.second:.3f}",
            f"{each.difference:+.3f}",
            "" if each.interval is None else f"{each.interval[0]:+.3f} to {each.interval[1]:+.3f}",
            "" if each.p is None else f"{each.p:.3f}",
        ]
        for name, each in found.items()
    ]
    words = "On the same look-ups: paired bootstrap over photos; a permutation test where it is a mean."
    return {**names, "rows": rows, "words": words}


def _plots(runs: Sequence[Run]) -> Iterator[dict[str, str]]:
    drawn = {"recall": plots.recall_curves(runs), "risk": plots.risk_coverage_curves(runs)}
    for number, run in enumerate(runs):
        if _has_probabilities(run):
            drawn[f"reliability-{number}"] = plots.reliability_diagram(run)
    for name, figure in drawn.items():
        yield {"svg": plots.svg(figure, name), "words": figure.axes[0].get_title(loc="left")}


def _has_probabilities(run: Run) -> bool:
    return not bool(np.isnan(probabilities(run.results)).all())


def _slice_groups(run: Run) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for by, held in groupby(slices(run), key=lambda each: each.by):
        yield by, [_slice_row(each) for each in held]


def _slice_row(each: Slice) -> dict[str, Any]:
    recall = each.figures["recall@1"]
    return {
        "name": each.name,
        "queries": each.queries,
        "recall1": _cell(recall),
        "share": round(100 * (recall.value or 0.0)),
        "recall5": _cell(each.figures["recall@5"]),
        "mrr": _cell(each.figures["mrr"]),
    }


def _sections(parts: dict[str, Any]) -> list[tuple[str, str]]:
    named = [
        ("figures", "Figures", True),
        ("comparison", "Comparison", parts["comparisons"]),
        ("curves", "Curves", True),
        ("slices", "Slices", parts["slices"]),
        ("failures", "Failures", parts["failures"]),
        ("map", "Map", parts["map"]),
        ("more", "More tables", parts["extras"]),
        ("record", "How it was made", True),
    ]
    return [(name, words) for name, words, there in named if there]


def _record(run: Run) -> str:
    value = run.record.as_dict()
    del value["extras"]
    return json.dumps(value, indent=2, ensure_ascii=False)


def _cell(figure: Metric) -> Cell:
    if figure.value is None:
        return Cell("-", "")
    span = "" if figure.interval is None else f"{figure.interval[0]:.3f} to {figure.interval[1]:.3f}"
    return Cell(f"{figure.value:.3f}", span)
