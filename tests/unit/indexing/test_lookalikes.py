"""Neighbours that are looked up in cells are those of exact search, nearly all of them."""

import faiss
import numpy as np

from spark_vision.domain.embedding import unit_length
from spark_vision.indexing.exact import ExactIndex
from spark_vision.indexing.kinds import in_cells
from tests.fakes import random_vectors

faiss.omp_set_num_threads(1)


def test_twins_are_found_in_cells(tmp_path) -> None:
    vectors = random_vectors(1, 2_000, 32)
    rng = np.random.default_rng(2)
    twins = unit_length(vectors[:500] + 0.02 * rng.standard_normal((500, 32)))
    exact = ExactIndex.empty(32)
    exact.add(np.concatenate([vectors, twins]))
    cells = in_cells(exact, tmp_path)
    assert cells.kind == "ivf"
    found = cells.search(cells.vectors(np.arange(2_000, 2_500)), 2)
    assert sum(number in rows for number, (rows, _) in enumerate(found)) >= 490


def test_a_small_index_stays_as_it_is(tmp_path) -> None:
    exact = ExactIndex.empty(8)
    exact.add(random_vectors(1, 10, 8))
    assert in_cells(exact, tmp_path) is exact
