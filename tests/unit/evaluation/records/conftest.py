"""A small run of three queries."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from spark_vision.domain.box import Box
from spark_vision.domain.catalogue import Product
from spark_vision.encoding.fake import FakeEncoder
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.figures import compute_figures
from spark_vision.evaluation.intervals import Resampling
from spark_vision.evaluation.records.run import (
    DatasetRecord,
    Facts,
    IndexRecord,
    Record,
    Run,
    Vectors,
    product_types,
)
from spark_vision.evaluation.results import QueryResult
from spark_vision.evaluation.run import Evaluation

RESAMPLING = Resampling(resamples=50, seed=3)
PRODUCTS = {
    name: Product(name, f"Title, of {name}", (f"{name}.png",), product_type=f"Home > {name}", color="Red")
    for name in ("bowl", "mug 1", "vase")
}


def make_run(results: list[QueryResult], facts: list[Facts], folder: Path) -> Run:
    record = Record(
        encoder=FakeEncoder().spec,
        index=IndexRecord("v1", "flat", 3, 4, "abc"),
        dataset=DatasetRecord(str(folder), "123", "val", "photo to product"),
        resampling=RESAMPLING,
        settings={"depth": 1000},
        versions={"numpy": np.__version__},
        machine={"cores": 2},
        timings={"encode": 0.5},
        made="2026-01-31T12:00:00+00:00",
    )
    figures = compute_figures(results, product_types(PRODUCTS), RESAMPLING)
    evaluation = Evaluation("fake", "v1", 3, tuple(results), figures, RESAMPLING.seed, {"encode": 0.5})
    vectors = Vectors(
        np.eye(3, 64, dtype=np.float32)[: len(results)],
        np.eye(4, 64, dtype=np.float32),
        ("bowl", "mug 1", "mug 1", "vase"),
        ("bowl.png", "mug 1.png", "mug-2.png", "vase.png"),
    )
    return Run(record, evaluation, tuple(facts), PRODUCTS, vectors)


@pytest.fixture(scope="session")
def new_run() -> Callable[[list[QueryResult], list[Facts], Path], Run]:
    return make_run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def query(photo: str, right: str, line: int, box: Box | None = None) -> Query:
        relevant = frozenset({right} - {""})
        return Query(tmp_path / "data" / photo, box, relevant, "val", line, text="a, b" if box else "")

    results = [
        QueryResult(query("a photo.jpg", "mug 1", 2), ("mug 1", "vase"), np.array([0.75, 0.125]), 0.8),
        QueryResult(
            query("b.jpg", "vase", 3, Box(0.1, 0.2, 0.3, 1 / 3)), ("bowl", "vase"), np.array([0.5, 0.5])
        ),
        QueryResult(query("b.jpg", "", 4), (), np.empty(0)),
    ]
    facts: list[Facts] = [{"category": "Home > mug 1", "brightness": 0.25}, {"category": "Home > vase"}, {}]
    return make_run(results, facts, tmp_path / "data")
