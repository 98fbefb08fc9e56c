"""FAISS against the definition of search, ties included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_vision.core.embedding import Embeddings, unit_length
from spark_vision.index.engines.faiss.exact import ExactIndex
from tests.fakes import exact_ranking, random_vectors


def index_of(vectors: Embeddings) -> ExactIndex:
    index = ExactIndex.empty(vectors.shape[1])
    index.add(vectors)
    return index


def found(index: ExactIndex, queries: Embeddings, k: int) -> list[list[tuple[int, float]]]:
    rankings = index.search(queries, k)
    return [list(zip(rows.tolist(), scores.tolist(), strict=True)) for rows, scores in rankings]


def expected(vectors: Embeddings, queries: Embeddings, k: int) -> list[list[tuple[int, float]]]:
    return [exact_ranking(vectors, query, k) for query in queries]


@st.composite
def galleries(draw) -> tuple[Embeddings, Embeddings]:
    """Few different vectors in many copies, and queries of which some are among them."""
    seed, dimension = draw(st.integers(0, 10_000)), draw(st.sampled_from([1, 2, 3, 8, 33, 64]))
    different = random_vectors(seed, draw(st.integers(1, 6)), dimension)
    rows = draw(st.lists(st.integers(0, len(different) - 1), min_size=1, max_size=80))
    return different[rows], np.concatenate([different[:2], random_vectors(seed + 1, 2, dimension)])


@given(galleries(), st.integers(0, 100))
def test_result_equals_the_definition_with_many_duplicates(gallery, k):
    vectors, queries = gallery
    assert found(index_of(vectors), queries, k) == expected(vectors, queries, k)


@given(st.integers(0, 10_000), st.integers(1, 30))
def test_result_equals_the_definition_for_vectors_a_rounding_apart(seed, k):
    vectors = np.repeat(random_vectors(seed, 1, 24), 60, axis=0)
    rng = np.random.default_rng(seed)
    nudged = np.nextafter(vectors, rng.choice([-2.0, 2.0], vectors.shape).astype(np.float32))
    assert found(index_of(nudged), vectors[:1], k) == expected(nudged, vectors[:1], k)


def test_five_thousand_vectors_with_five_hundred_duplicates():
    vectors = random_vectors(1, 5000, 32)
    copies = np.random.default_rng(2).choice(5000, 500, replace=False)
    vectors[copies] = vectors[17]
    queries = np.concatenate([vectors[17:18], random_vectors(3, 30, 32)])
    index = index_of(vectors)
    for k in (1, 10, 100, 501):
        assert found(index, queries, k) == expected(vectors, queries, k)


def test_one_query_and_many_give_the_same():
    vectors, queries = random_vectors(1, 3000, 64), random_vectors(2, 40, 64)
    index = index_of(vectors)
    assert found(index, queries, 7) == [found(index, query[None], 7)[0] for query in queries]


def test_all_rows_where_more_are_asked_for_and_no_padding():
    vectors = random_vectors(1, 3, 8)
    (ranking,) = index_of(vectors).search(vectors[:1], 50)
    assert sorted(ranking[0].tolist()) == [0, 1, 2]


@pytest.mark.parametrize(("count", "k"), [(0, 5), (3, 0)])
def test_nothing_held_or_asked_for_is_nothing(count, k):
    rankings = index_of(random_vectors(1, count, 8)).search(random_vectors(2, 2, 8), k)
    assert [(rows.shape, scores.shape) for rows, scores in rankings] == [((0,), (0,))] * 2


def test_no_query_has_no_ranking():
    assert index_of(random_vectors(1, 3, 8)).search(np.zeros((0, 8), np.float32), 3) == []


def test_query_of_zeros_ties_with_all_and_goes_by_row():
    vectors = random_vectors(1, 50, 8)
    assert found(index_of(vectors), np.zeros((1, 8), np.float32), 5) == [[(row, 0.0) for row in range(5)]]


def test_opposite_vectors_are_ranked_by_sign():
    vectors = unit_length(np.array([[-1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]))
    assert found(index_of(vectors), vectors[2:], 3) == [[(2, 1.0), (1, 0.0), (0, -1.0)]]


def test_types_are_the_ones_promised():
    ((rows, scores),) = index_of(random_vectors(1, 9, 8)).search(random_vectors(2, 1, 8), 2)
    assert (rows.dtype, scores.dtype) == (np.int64, np.float32)


def test_what_was_written_is_read_back(tmp_path):
    vectors, queries = random_vectors(1, 100, 16), random_vectors(2, 3, 16)
    index_of(vectors).write(tmp_path / "vectors.faiss")
    held = ExactIndex.read(tmp_path / "vectors.faiss")
    assert (len(held), held.dimension) == (100, 16)
    assert found(held, queries, 5) == expected(vectors, queries, 5)


def test_vectors_are_added_behind_those_held():
    vectors = random_vectors(1, 10, 8)
    index = index_of(vectors[:4])
    index.add(vectors[4:])
    assert found(index, vectors[7:8], 1) == expected(vectors, vectors[7:8], 1)
