from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spark_vision.core.product import Product
from spark_vision.core.suggestion import Match
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.ranking import ArrayRanker, Ranker

QUERY = Query(Path("a.jpg"), None, frozenset(), "val", 2)

# Few directions, so that many pictures are equally similar; halves, so that sums are exact.
vectors = st.tuples(*[st.sampled_from([-0.5, 0.0, 0.5])] * 3)
pictures = st.lists(st.tuples(st.sampled_from("abcdefgh"), vectors), min_size=1, max_size=24).map(
    lambda rows: sorted(rows, key=lambda row: row[0])
)


def gallery_of(plain_gallery: type, rows: list[tuple[str, tuple[float, ...]]]) -> Any:
    ids = [product_id for product_id, _ in rows]
    products = [Product(product_id, product_id, ("x.png",)) for product_id in ids]
    return plain_gallery(products, ids, np.array([vector for _, vector in rows], np.float32))


@settings(max_examples=100, deadline=None)
@given(
    pictures,
    st.lists(vectors, min_size=1, max_size=3),
    st.integers(1, 9),
    st.frozensets(st.sampled_from("abcdefghz"), max_size=3),
    st.randoms(),
)
def test_arrays_rank_as_a_gallery_does(
    plain_gallery: type,
    rows: list[tuple[str, tuple[float, ...]]],
    looked_up: list[tuple[float, ...]],
    depth: int,
    excluded: frozenset[str],
    random: Any,
) -> None:
    embeddings = np.array(looked_up, np.float32)
    queries = [replace(QUERY, excluded=excluded)] + [QUERY] * (len(embeddings) - 1)
    by_gallery = list(Ranker(gallery_of(plain_gallery, rows), depth).rank(queries, embeddings))
    random.shuffle(rows)  # plain arrays may come in any order
    references = np.array([vector for _, vector in rows], np.float32)
    by_arrays = list(ArrayRanker(references, [row[0] for row in rows], depth).rank(queries, embeddings))
    left = {row[0] for row in rows} - excluded
    assert len(by_gallery[0].product_ids) == min(depth, len(left))
    assert not excluded.intersection(by_gallery[0].product_ids)
    for slow, fast in zip(by_gallery, by_arrays, strict=True):
        assert slow.product_ids == fast.product_ids
        assert slow.similarities.tolist() == fast.similarities.tolist()


def test_products_are_ranked_by_their_best_picture_once(plain_gallery: type) -> None:
    rows = [("a", (0.1, 0.0)), ("a", (0.9, 0.0)), ("b", (0.5, 0.0)), ("b", (0.6, 0.0))]
    (found,) = Ranker(gallery_of(plain_gallery, rows)).rank([QUERY], np.array([[1, 0]], np.float32))
    assert found.product_ids == ("a", "b")
    assert found.similarities == pytest.approx([0.9, 0.6])


def test_the_probability_is_asked_of_each_query(plain_gallery: type) -> None:
    def sure(matches: Any) -> float:
        assert all(isinstance(match, Match) for match in matches)
        return 0.25 * len(matches)

    gallery = gallery_of(plain_gallery, [("a", (1.0, 0.0)), ("b", (0.0, 1.0))])
    ranker = Ranker(gallery, probability=sure)
    found = ranker.rank([QUERY] * 2, np.eye(2, dtype=np.float32))
    assert [(result.product_ids[0], result.probability) for result in found] == [("a", 0.5), ("b", 0.5)]


def test_more_queries_than_a_block_stay_in_order(plain_gallery: type) -> None:
    gallery = gallery_of(plain_gallery, [("a", (1.0, 0.0)), ("b", (0.0, 1.0))])
    embeddings = np.tile(np.eye(2, dtype=np.float32), (75, 1))
    found = Ranker(gallery).rank([QUERY] * 150, embeddings)
    assert [result.product_ids[0] for result in found] == ["a", "b"] * 75


def test_references_and_products_are_as_many() -> None:
    with pytest.raises(ValueError, match="2 references of 1 products"):
        ArrayRanker(np.eye(2, dtype=np.float32), ["a"])
