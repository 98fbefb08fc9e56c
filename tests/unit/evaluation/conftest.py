"""A gallery of plain Python, and short ways to results."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from spark_vision.core.embedding import Embeddings, EncoderSpec
from spark_vision.core.geometry import Box
from spark_vision.core.product import Product
from spark_vision.core.suggestion import Match
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.records.run import Facts, Run
from spark_vision.evaluation.results import QueryResult
from spark_vision.index.gallery import Gallery
from tests.fakes import best_match_per_product
from tests.unit.evaluation.small_runs import make_run


class PlainGallery(Gallery):
    """Compares with every row, one by one; `rows`: product id of each embedding, ascending."""

    def __init__(self, products: Sequence[Product], rows: Sequence[str], embeddings: Embeddings) -> None:
        assert list(rows) == sorted(rows)
        self._products = {product.id: product for product in products}
        self._rows = rows
        self._embeddings = embeddings

    @property
    def version(self) -> str:
        return "v1"

    @property
    def encoder(self) -> EncoderSpec:
        return FakeEncoder(dimension=self._embeddings.shape[1]).spec

    def __len__(self) -> int:
        return len(self._rows)

    def search(self, queries: Embeddings, k: int) -> list[list[Match]]:
        return [self._sorted(query)[:k] for query in queries]

    def search_products(self, queries: Embeddings, k: int) -> list[list[Match]]:
        return [best_match_per_product(self._sorted(query))[:k] for query in queries]

    def product(self, product_id: str) -> Product:
        return self._products[product_id]

    def _sorted(self, query: np.ndarray) -> list[Match]:
        wide = self._embeddings.astype(np.float64) @ query.astype(np.float64)
        matches = [
            Match(row, product_id, f"{row}.png", float(np.float32(wide[row])))
            for row, product_id in enumerate(self._rows)
        ]
        return sorted(matches, key=lambda match: (-match.similarity, match.row))


def _result(
    ranked: Sequence[tuple[str, float]],
    right: str = "",
    photo: str = "photo.jpg",
    probability: float | None = None,
) -> QueryResult:
    query = Query(Path(photo), None, frozenset(right.split()), "val", 2)
    ids = tuple(product_id for product_id, _ in ranked)
    return QueryResult(query, ids, np.array([score for _, score in ranked]), probability)


@pytest.fixture(scope="session")
def result() -> Callable[..., QueryResult]:
    return _result


@pytest.fixture(scope="session")
def plain_gallery() -> type[PlainGallery]:
    return PlainGallery


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
