import doctest
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from spark_vision.core.product import Product
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.metric_table import compute_figures
from spark_vision.evaluation.protocols import few_shot as few
from spark_vision.evaluation.protocols import open_set, texts, views
from spark_vision.evaluation.ranking import ArrayRanker
from spark_vision.evaluation.results import QueryResult
from tests.fakes import random_vectors

Result = Callable[..., QueryResult]


def test_a_view_looks_for_the_other_pictures_of_its_product() -> None:
    owners = ["mug", "mug", "mug", "vase"]
    queries = views.view_queries(owners, ["1.png", "2.png", "3.png", "4.png"], Path("shop"))
    assert queries[3] is None  # there is no other picture of the vase
    first = queries[0]
    assert first is not None
    assert (first.photo, first.relevant) == (Path("shop/1.png"), frozenset({"mug#2", "mug#3"}))
    assert first.excluded == frozenset({"mug#1"})
    assert first.group == "mug"
    assert len({query.key for query in queries if query}) == 3


def test_a_view_never_finds_itself() -> None:
    vectors = random_vectors(1, 6, 8)
    owners = ["a", "a", "b", "b", "c", "c"]
    queries = [query for query in views.view_queries(owners, ["x"] * 6, Path()) if query]
    results = list(ArrayRanker(vectors, views.picture_ids(owners)).rank(queries, vectors))
    assert all(len(result.product_ids) == 5 for result in results)
    similarity = vectors @ vectors.T - 2 * np.eye(6)
    right = [owners[best] == owner for best, owner in zip(similarity.argmax(1), owners, strict=True)]
    assert [result.correct for result in results] == right


def test_products_with_one_title_are_each_right() -> None:
    products = [
        Product(name, title, (f"{name}.png",))
        for name, title in (("a", "Mug"), ("b", " Mug "), ("c", "Vase"), ("d", ""))
    ]
    queries = texts.title_queries(products, Path("shop"))
    assert [(query.text, query.relevant) for query in queries] == [
        ("Mug", frozenset("ab")),
        ("Vase", frozenset("c")),
    ]
    assert queries[0].photo == Path("shop/a.png")


def test_products_that_are_taken_out_are_neither_found_nor_right(result: Result) -> None:
    results = [
        result([("a", 0.9), ("b", 0.5)], right="a", photo="1"),
        result([("b", 0.8), ("a", 0.7)], right="b", photo="2"),
        result([("a", 0.3)], right="a b", photo="3"),
    ]
    without = open_set.take_out(results, frozenset("a"))
    assert [each.product_ids for each in without] == [("b",), ("b",), ()]
    assert [sorted(each.query.relevant) for each in without] == [[], ["b"], ["b"]]
    figures = compute_figures(without, {})
    assert figures["open_set_auroc"].value == pytest.approx((1 + 0) / 2)


def test_taking_out_is_the_same_as_never_having_had_them() -> None:
    vectors, owners = random_vectors(2, 12, 8), list("abcdefabcdef")
    asked = random_vectors(3, 4, 8)
    queries = [Query(Path("x"), None, frozenset("a"), "val", line) for line in range(4)]
    removed = open_set.draw_products(owners, 1 / 3, seed=4)
    assert len(removed) == 2
    kept = [row for row, owner in enumerate(owners) if owner not in removed]
    full = list(ArrayRanker(vectors, owners).rank(queries, asked))
    fewer = list(ArrayRanker(vectors[kept], [owners[row] for row in kept]).rank(queries, asked))
    assert [each.product_ids for each in open_set.take_out(full, removed)] == [
        each.product_ids for each in fewer
    ]


def labelled(photos: str, rights: str, vectors: np.ndarray) -> few.Labelled:
    pairs = enumerate(zip(photos, rights, strict=True))
    queries = [
        Query(Path(photo), None, frozenset(right.strip()), "val", line) for line, (photo, right) in pairs
    ]
    return few.Labelled(queries, vectors)


def test_confirmed_views_are_found_again() -> None:
    e = np.eye(4, dtype=np.float32)
    gallery = few.Gallery(e[:2], ["a", "b"])
    confirmed = labelled("123", "ba ", np.stack([e[2], e[3], e[0]]))  # the last one says nothing certain
    asked = labelled("45", "ba", e[2:])
    answers = few.few_shot(gallery, confirmed, asked, [0, 1])
    assert [each.correct for each in answers[0]] == [False, True]  # equal similarity: by product id
    assert [each.correct for each in answers[1]] == [True, True]
    assert answers[1][0].similarities[0] == 1


def test_a_prototype_lies_between_pictures_and_views() -> None:
    e = np.eye(4, dtype=np.float32)
    gallery = few.Gallery(e[:2], ["a", "b"])
    confirmed = labelled("12", "bb", np.stack([e[2], e[3]]))
    asked = labelled("3", "b", e[2:3])
    (answer,) = few.few_shot(gallery, confirmed, asked, [2], few.Pooling.MEAN)[2]
    # b is the mean of e1 and (e2 + e3) / 2: its cosine to e2 is 0.25 / |(0.5, 0.25, 0.25)|.
    assert answer.product_ids == ("b", "a")
    assert answer.similarities[0] == pytest.approx(0.25 / np.sqrt(0.25 + 0.0625 * 2))
    plain = few.few_shot(gallery, confirmed, asked, [0], few.Pooling.MEAN)[0]
    nearest = few.few_shot(gallery, confirmed, asked, [0])[0]
    assert plain[0].product_ids == nearest[0].product_ids


def test_more_shots_hold_the_views_of_fewer() -> None:
    vectors = random_vectors(5, 40, 8)
    confirmed = labelled("x" * 40, "ab" * 20, vectors)
    order = np.random.default_rng(0).permutation(40)
    one, five = few._first(confirmed, order, 1), few._first(confirmed, order, 5)
    assert (len(one), len(five)) == (2, 10)
    assert set(one) < set(five)


def test_no_photo_is_confirmed_and_looked_up() -> None:
    queries = labelled("aabbccdd", "mnmnmnmn", np.zeros((8, 4), np.float32)).queries
    confirmed, asked = few.split_by_photo(queries, 0.5, seed=1)
    assert sorted(confirmed + asked) == list(range(8))
    assert len(confirmed) == 4
    assert {queries[each].photo for each in confirmed}.isdisjoint(queries[each].photo for each in asked)
    assert few.split_by_photo(queries, 0.5, seed=1) == (confirmed, asked)


def test_the_examples_in_the_docstrings() -> None:
    assert [doctest.testmod(module).failed for module in (views, open_set)] == [0, 0]
