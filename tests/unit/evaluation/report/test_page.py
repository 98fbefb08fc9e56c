import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from spark_vision.core.errors import InvalidInputError
from spark_vision.core.product import Product
from spark_vision.evaluation.metric_table import Metric
from spark_vision.evaluation.records.run import Facts, Run
from spark_vision.evaluation.report import plots
from spark_vision.evaluation.report.page import render
from spark_vision.evaluation.report.pictures import Album
from spark_vision.evaluation.results import QueryResult
from spark_vision.evaluation.slices import slices
from tests.fakes import RED, encoded, plain
from tests.unit.evaluation.small_runs import PRODUCTS, make_run

Result = Callable[..., QueryResult]
SHOUT = '<script>alert("x")</script>'


@pytest.fixture
def run(result: Result, tmp_path: Path) -> Run:
    (tmp_path / "bowl.png").write_bytes(encoded(plain(RED)))
    (tmp_path / "0.jpg").write_bytes(encoded(plain(RED, 300, 200), "JPEG"))
    results = [
        result(
            [("bowl", 0.9 - number / 50), ("vase", 0.1)],
            right="bowl" if number % 3 else "vase",
            photo=str(tmp_path / f"{number}.jpg"),
            probability=0.9 - number / 20,
        )
        for number in range(12)
    ]
    facts: list[Facts] = [{"category": f"Home > {'A' if number < 6 else SHOUT}"} for number in range(12)]
    made = make_run(results, facts, tmp_path)
    products = {**PRODUCTS, "vase": Product("vase", SHOUT, ("gone.png",))}
    return replace(made, products=products, vectors=None)


class _Outside(HTMLParser):
    """Collects whatever a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href", "xlink:href")]


def test_the_page_needs_nothing_else_and_escapes_what_it_shows(run: Run) -> None:
    page = render([run.with_extra("latency", [{"stage": SHOUT, "p50 (ms)": 1.25}])])
    outside = _Outside()
    outside.feed(page)
    assert all(each.startswith(("data:image/webp", "#")) for each in outside.addresses)
    assert "script" not in outside.tags
    assert "&lt;script&gt;" in page
    assert "url(http" not in page
    assert "1.250" in page


def test_the_page_shows_figures_curves_slices_and_failures(run: Run) -> None:
    page = render([run])
    recall = run.figures["recall@1"]
    assert recall.value == pytest.approx(8 / 12)
    assert f"{recall.value:.3f}" in page
    assert page.count("<svg") == 3  # recall, risk and coverage, reliability
    assert page.count('class="failure"') == 4
    assert "right one at place 2" in page
    assert "no picture" in page  # gone.png
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_several_runs_stand_beside_each_other_and_are_compared(run: Run, result: Result) -> None:
    encoder = replace(run.record.encoder, model="other")
    other = replace(run, record=replace(run.record, encoder=encoder))
    page = render([run, other])
    assert "fake against other" in page
    assert "paired bootstrap" in page
    fewer = replace(other, evaluation=replace(other.evaluation, results=other.results[:3]))
    assert "are in one of them only" in render([run, fewer])


def test_a_run_without_probabilities_says_so(run: Run) -> None:
    plain_results = tuple(replace(each, probability=None) for each in run.results)
    page = render([replace(run, evaluation=replace(run.evaluation, results=plain_results))])
    assert "There is no reliability diagram" in page
    assert page.count("<svg") == 2


def test_no_run_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="at least one run"):
        render([])


def test_the_surest_failure_comes_first(run: Run) -> None:
    failures = Album(run).failures()
    assert [each.asked for each in failures] == ["0.jpg", "3.jpg", "6.jpg", "9.jpg"]
    first = failures[0]
    assert first.picture.startswith("data:image/webp")
    assert failures[1].picture == ""  # there is no such file
    assert [(each.product_id, each.right) for each in first.suggested] == [("bowl", False), ("vase", True)]
    assert [each.title for each in first.right] == [SHOUT]


def test_recall_at_each_k_is_counted(result: Result) -> None:
    results = [
        result([("a", 0.9), ("b", 0.5)], right="b"),
        result([("a", 0.9)], right="a"),
        result([("a", 0.9)], right="z"),
        result([("a", 0.9)]),
    ]
    assert plots.recall_at_each(results, 3) == pytest.approx([1 / 3, 2 / 3, 2 / 3])
    assert plots.recall_at_each(results[3:], 2) == [0, 0]


def test_plots_are_svg_that_scales_and_is_the_same_each_time(run: Run) -> None:
    value = Metric(0.5, (0.4, 0.6))
    drawn = {
        "recall": plots.recall_curves([run, run]),
        "risk": plots.risk_coverage_curves([run]),
        "reliability": plots.reliability_diagram(run),
        "slices": plots.slice_bars(slices(run)),
        "lines": plots.lines({"a": ([1, 2], [value, value])}, "Title", ("x", "y")),
        "bars": plots.interval_bars({"a": value, "b": Metric(None, None)}, "Title", "x"),
    }
    for name, figure in drawn.items():
        text = plots.svg(figure, name)
        root = ElementTree.fromstring(text)
        assert "viewBox" in root.attrib
        assert not {"width", "height"} & root.attrib.keys()
        assert figure.axes[0].get_title(loc="left")
        assert figure.axes[0].get_xlabel()
    assert plots.svg(plots.recall_curves([run]), "x") == plots.svg(plots.recall_curves([run]), "x")
    assert np.isfinite(drawn["recall"].axes[0].lines[0].get_ydata()).all()
