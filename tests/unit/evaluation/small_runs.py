"""A small run of three queries."""

from pathlib import Path

import numpy as np

from spark_vision.core.product import Product
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.evaluation.intervals import Resampling
from spark_vision.evaluation.metric_table import compute_figures
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
    figures = compute_figures(results, product_types(PRODUCTS, results), RESAMPLING)
    evaluation = Evaluation("fake", "v1", 3, tuple(results), figures, RESAMPLING.seed, {"encode": 0.5})
    vectors = Vectors(
        np.eye(3, 64, dtype=np.float32)[: len(results)],
        np.eye(4, 64, dtype=np.float32),
        ("bowl", "mug 1", "mug 1", "vase"),
        ("bowl.png", "mug 1.png", "mug-2.png", "vase.png"),
    )
    return Run(record, evaluation, tuple(facts), PRODUCTS, vectors)
