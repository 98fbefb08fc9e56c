import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spark_vision.core.embedding import Picture
from spark_vision.core.errors import DatasetError, IndexMismatchError, IndexNotFoundError, PictureDamagedError
from spark_vision.core.geometry import Box
from spark_vision.core.product import Product
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.encode import encode_queries
from spark_vision.evaluation.run import Options, evaluate, evaluate_embeddings

COLOURS = {"apple": (200, 20, 20), "leaf": (20, 160, 40), "sky": (30, 60, 220)}
ENCODER = FakeEncoder(batch_size=4)


def plain(colour: tuple[int, int, int]) -> Picture:
    return np.full((16, 16, 3), colour, np.uint8)


def embedded(colours: list[tuple[int, int, int]]) -> np.ndarray:
    prepared = np.stack([ENCODER.prepare(plain(colour)) for colour in colours])
    return ENCODER.finish(ENCODER.forward(prepared))


@pytest.fixture
def gallery(plain_gallery: type) -> Any:
    products = [Product(name, name, (f"{name}.png",), product_type=f"Things > {name}") for name in COLOURS]
    return plain_gallery(products, sorted(COLOURS), embedded([COLOURS[name] for name in sorted(COLOURS)]))


def query(photo: str, right: str, line: int = 2, split: str = "val") -> Query:
    return Query(Path(f"{photo}.jpg"), None, frozenset(right.split()), split, line)


def read(query: Query) -> Picture:
    return plain(COLOURS.get(query.photo.stem, (240, 240, 30)))


QUERIES = [
    query("apple", "apple"),
    query("leaf", "leaf"),
    query("sky", "apple"),
    query("sky", "sky gone"),
    query("yellow", ""),
]


def test_evaluate_gives_the_keys_that_are_promised(gallery: Any) -> None:
    document = evaluate(gallery, ENCODER, QUERIES, read).as_json()
    figures = "recall@1 recall@5 recall@10 precision@5 mrr map ndcg@10 category_accuracy@1".split()
    figures += "open_set_auroc fpr@95 ece aurc".split()
    assert set(document["confidence_intervals"]) == set(figures)
    facts = "model index_version split products photos queries seed timings confidence_intervals".split()
    assert set(document) == {*figures, *facts}
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert (document["model"], document["index_version"], document["split"]) == ("fake", "v1", "val")
    assert (document["products"], document["photos"], document["queries"]) == (3, 4, 5)
    assert set(document["timings"]) == {"encode", "search", "figures"}


def test_evaluate_on_plain_colours(gallery: Any) -> None:
    evaluation = evaluate(gallery, ENCODER, QUERIES, read)
    figures = evaluation.figures
    assert [result.product_ids[0] for result in evaluation.results[:4]] == ["apple", "leaf", "sky", "sky"]
    assert figures["recall@1"].value == pytest.approx(3 / 4)
    assert figures["recall@5"].value == 1
    # "gone" is right, but is not in the gallery: half of what there is to find is found.
    place = evaluation.results[2].product_ids.index("apple") + 1
    assert figures["map"].value == pytest.approx((1 + 1 + 1 / place + 1 / 2) / 4)
    assert figures["category_accuracy@1"].value == pytest.approx(3 / 4)
    assert figures["open_set_auroc"].value == 1
    assert (figures["ece"].value, figures["ece"].interval) == (None, None)


def test_probabilities_are_judged_on_all_queries(gallery: Any) -> None:
    figures = evaluate(gallery, ENCODER, QUERIES, read, Options(probability=lambda matches: 1.0)).figures
    assert figures["ece"].value == pytest.approx(2 / 5)  # "sky" for the apple, and the yellow photo


def test_stored_embeddings_give_the_same_figures(gallery: Any) -> None:
    embeddings = encode_queries(ENCODER, QUERIES, read)
    again = evaluate_embeddings(gallery, QUERIES, embeddings)
    assert again.figures == evaluate(gallery, ENCODER, QUERIES, read).figures


def test_a_split_is_named_only_where_all_queries_are_of_it(gallery: Any) -> None:
    mixed = [query("apple", "apple"), query("leaf", "leaf", split="train")]
    assert evaluate(gallery, ENCODER, mixed, read).split is None


def test_the_depth_bounds_the_ranking(gallery: Any) -> None:
    evaluation = evaluate(gallery, ENCODER, QUERIES, read, Options(depth=1))
    assert {len(result.product_ids) for result in evaluation.results} == {1}
    assert evaluation.products == 3


def test_embeddings_are_in_the_order_of_the_queries_whatever_the_batch() -> None:
    names = [list(COLOURS)[number % 3] for number in range(11)]
    queries = [query(name, name) for name in names]
    told: list[tuple[int, int | None]] = []

    def progress(step: str, done: int, total: int | None = None) -> None:
        told.append((done, total))

    found = encode_queries(ENCODER, queries, read, progress)
    assert np.array_equal(found, embedded([COLOURS[name] for name in names]))
    assert told == [(4, 11), (8, 11), (11, 11)]


def test_what_is_read_is_the_query_with_its_box(gallery: Any) -> None:
    boxed = Query(Path("both.jpg"), Box(0, 0, 0.5, 1), frozenset({"leaf"}), "val", 2)

    def read_box(query: Query) -> Picture:
        assert query is boxed
        return plain(COLOURS["leaf"])

    assert evaluate(gallery, ENCODER, [boxed], read_box).figures["recall@1"].value == 1


def test_a_photo_that_cannot_be_read_is_named_and_not_left_out(gallery: Any) -> None:
    def damaged(query: Query) -> Picture:
        if query.line == 7:
            raise PictureDamagedError("sky.jpg: ends in the middle.")
        return read(query)

    queries = [*QUERIES, query("sky", "sky", line=7)]
    with pytest.raises(DatasetError, match=r"^photos\.csv, line 7, photo: sky\.jpg: ends in the middle\."):
        evaluate(gallery, ENCODER, queries, damaged)


def test_another_encoder_is_refused(gallery: Any) -> None:
    with pytest.raises(IndexMismatchError, match="Index v1 was built with fake"):
        evaluate(gallery, FakeEncoder(seed=1), QUERIES, read)


def test_nothing_to_evaluate_is_refused(gallery: Any, plain_gallery: type) -> None:
    with pytest.raises(DatasetError, match="no photos to evaluate"):
        evaluate(gallery, ENCODER, [], read)
    empty = plain_gallery([], [], np.empty((0, 64), np.float32))
    with pytest.raises(IndexNotFoundError, match="Index v1 is empty"):
        evaluate(empty, ENCODER, QUERIES, read)
