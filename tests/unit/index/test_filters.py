"""Filters inside the search: the same as searching everything and leaving out what is not allowed."""

from decimal import Decimal
from pathlib import Path

import faiss
import numpy as np
import pytest

from spark_vision.core.embedding import similarities, unit_length
from spark_vision.core.errors import InvalidInputError
from spark_vision.core.product import Availability, Price, Product
from spark_vision.core.product_filter import ProductFilter
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index import ranking
from spark_vision.index.engines.faiss.approximate import VECTORS as ARRAY
from spark_vision.index.engines.faiss.approximate import ApproximateIndex, build_proposals, write_vectors
from spark_vision.index.engines.faiss.exact import ExactIndex
from spark_vision.index.engines.faiss.gallery import FaissGallery
from spark_vision.index.manifest import Content, Manifest
from spark_vision.index.ranking import Allowed, VectorIndex
from spark_vision.index.records import Records, RecordWriter, product_json

# Threads that wait for each other cost more than they bring for so little data.
faiss.omp_set_num_threads(1)

COUNT, DIMENSION = 2000, 16
FILTERS = [
    ProductFilter(category="Apparel > Shoes"),
    ProductFilter(category="apparel>shoes > boots", brands=("ACME",)),
    ProductFilter(colors=("red", "Blue")),
    ProductFilter(availability=(Availability.IN_STOCK,)),
    ProductFilter(min_price=Decimal("10.00"), max_price=Decimal("10.5"), currency="eur"),
    ProductFilter(max_price=Decimal(3), brands=("Other",), colors=("green",)),
    ProductFilter(brands=("nobody",)),
]


def product(number: int) -> Product:
    rng = np.random.default_rng(number)
    price = Price(Decimal(int(rng.integers(0, 2000))) / 100, ("EUR", "USD")[number % 2])
    return Product(
        id=f"p{number:05}",
        title="T",
        images=(f"{number}.png",),
        product_type=("Apparel > Shoes > Boots", "Apparel > Shoes", "Apparel > Shoelaces", "")[number % 4],
        brand=("Acme", "Other", "")[number % 3],
        color=("Red/Blue", "green", "blue ", "")[int(rng.integers(4))],
        availability=list(Availability)[int(rng.integers(4))],
        price=None if number % 7 == 0 else price,
    )


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return unit_length(np.random.default_rng(1).standard_normal((COUNT, DIMENSION)))


@pytest.fixture(scope="module", params=["flat", "ivf", "hnsw", "ivf-pq"])
def index(request: pytest.FixtureRequest, vectors: np.ndarray, tmp_path_factory) -> VectorIndex:
    if request.param == "flat":
        exact = ExactIndex.empty(DIMENSION)
        exact.add(vectors)
        return exact
    folder = tmp_path_factory.mktemp(request.param)
    write_vectors(folder / ARRAY, [vectors[:1500], vectors[1500:]], vectors.shape)
    build_proposals(request.param, folder)
    search = {"efSearch": 64} if request.param == "hnsw" else {"nprobe": 4}
    return ApproximateIndex.read(folder, request.param, {**search, "candidates": 40})


@pytest.fixture(scope="module")
def records(tmp_path_factory) -> Records:
    folder = tmp_path_factory.mktemp("records")
    with RecordWriter(folder) as writer:
        for number in range(COUNT):
            writer.add(product_json(product(number)), product(number).images, [f"{number:064x}"])
    return Records(folder)


def gallery(index: VectorIndex, records: Records) -> FaissGallery:
    content = Content(FakeEncoder(dimension=DIMENSION).spec, index.kind, COUNT, COUNT, "", {})
    return FaissGallery(Manifest("v", content, "", "", "", "", {}), index, records)


@pytest.mark.parametrize("wanted", FILTERS)
def test_a_filter_finds_just_what_is_allowed(index, records, vectors, wanted) -> None:
    allowed = [number for number in range(COUNT) if wanted.allows(product(number))]
    queries = vectors[:3]
    narrowed = gallery(index, records).only(wanted)
    assert len(narrowed) == len(allowed)
    for query, matches in zip(queries, narrowed.search(queries, 10), strict=True):
        scores = similarities(vectors[allowed], query)
        expected, _ = ranking.top_k(np.array(allowed, dtype=np.int64), scores, 10)
        assert [match.row for match in matches] == expected.tolist()


def test_wide_filters_go_through_faiss_and_still_give_the_right_number(index, vectors, records) -> None:
    mask = np.arange(COUNT) % 5 != 0
    wide = Allowed(mask, few=100)
    for rows, scores in index.search(vectors[:5], 10, wide):
        assert len(rows) == 10
        assert mask[rows].all()
        assert (np.diff(scores) <= 0).all()


def test_a_filter_that_is_used_again_is_the_same_gallery(index, records) -> None:
    whole = gallery(index, records)
    assert whole.only(FILTERS[0]) is whole.only(ProductFilter(category="Apparel > Shoes"))
    assert whole.only(ProductFilter()) is whole


@pytest.mark.parametrize(("low", "high"), [("5", "4"), ("-1", None), (None, "NaN")])
def test_an_empty_price_range_is_refused(low: str | None, high: str | None) -> None:
    bounds = [None if text is None else Decimal(text) for text in (low, high)]
    with pytest.raises(InvalidInputError):
        ProductFilter(min_price=bounds[0], max_price=bounds[1])


def test_sizes_that_share_a_picture_are_one_suggestion_and_colours_are_several(tmp_path: Path) -> None:
    with RecordWriter(tmp_path) as writer:
        for size, picture in (("s", "a"), ("m", "a"), ("red", "b")):
            writer.add(
                product_json(Product(size, size, (f"{picture}.png",), item_group_id="g")),
                [f"{picture}.png"],
                [picture * 64],
            )
        writer.add(product_json(Product("z", "Z", ("a.png",))), ["a.png"], ["a" * 64])
    index = ExactIndex.empty(2)
    index.add(unit_length(np.array([[1, 0], [1, 0], [1, 1], [1, 0]])))  # by row, whatever the ids
    (matches,) = gallery(index, Records(tmp_path)).search_products(unit_length(np.array([[1.0, 0.0]])), 4)
    assert [match.product_id for match in matches] == ["s", "z", "red"]
