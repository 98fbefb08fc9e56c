import doctest

from spark_vision.evaluation.compare import Difference
from spark_vision.evaluation.metric_table import Metric
from spark_vision.evaluation.records.run import Run
from spark_vision.evaluation.report import tables
from spark_vision.evaluation.report.gallery import failure_plot


def test_runs_stand_beside_each_other(run: Run) -> None:
    lines = tables.figures_table({"one": run, "two": run}, ["recall@1", "open_set_auroc"]).splitlines()
    assert lines[0] == "| figure | one | two |"
    value = tables.cell(run.figures["recall@1"])
    assert lines[2] == f"| recall@1 | {value} | {value} |"
    every = tables.figures_table({"one": run})
    assert "| mrr |" in every
    assert tables.cell(Metric(None, None)) == tables.cell(None) == "-"


def test_differences_have_their_sign() -> None:
    found = {"mrr": Difference(0.5, 0.75, -0.25, (-0.3, -0.2), 0.004), "ece": Difference(1, 1, 0, None, None)}
    lines = tables.comparison_table(found, "new", "old").splitlines()
    assert lines[2:] == [
        "| mrr | .500 | .750 | -0.250 (-0.300 to -0.200) | 0.004 |",
        "| ece | 1.000 | 1.000 | +0.000 |  |",
    ]


def test_tables_of_a_record() -> None:
    rows = [{"stage": "search", "p50 (ms)": 1.5, "interval": [-0.1, 0.2], "p": None}]
    assert tables.extra_table(rows).splitlines()[2] == "| search | 1.500 | -0.100 to +0.200 |  |"


def test_failures_are_drawn_a_row_each(run: Run) -> None:
    figure = failure_plot(run)
    words = [axes.get_xlabel() for axes in figure.axes]
    assert "0.50 Title, of bowl" in words[1]
    assert words[-1].startswith("right: ")
    assert failure_plot(run, most=0).axes


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(tables).failed == 0
