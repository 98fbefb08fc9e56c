"""A loaded version: matches, products, and exactness of the widening search."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_vision.core.embedding import Embeddings
from spark_vision.core.product import Product
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.engines.faiss.exact import ExactIndex
from spark_vision.index.engines.faiss.gallery import FaissGallery
from spark_vision.index.manifest import Content, Manifest
from spark_vision.index.records import Records, RecordWriter, product_json
from tests.fakes import ArrayGallery, random_vectors

SPEC = FakeEncoder(dimension=8).spec


def gallery_of(folder: Path, vectors: Embeddings, pictures: dict[str, int]) -> FaissGallery:
    """A gallery with so many pictures a product, whose ids ascend."""
    with RecordWriter(folder) as writer:
        for product_id, count in pictures.items():
            images = tuple(f"{product_id}{number}.png" for number in range(count))
            writer.add(
                product_json(Product(product_id, product_id.upper(), images)), images, ["0" * 64] * count
            )
    index = ExactIndex.empty(8)
    index.add(vectors)
    content = Content(SPEC, "flat", len(pictures), len(vectors), "", {})
    return FaissGallery(Manifest("v1", content, "", "", "", "", {}), index, Records(folder))


@st.composite
def shops(draw) -> tuple[dict[str, int], Embeddings]:
    """Products with up to forty pictures each, many of them equal."""
    counts = draw(st.lists(st.integers(1, 40), min_size=1, max_size=8))
    pictures = {f"p{number}": count for number, count in enumerate(counts)}
    different = random_vectors(draw(st.integers(0, 1000)), draw(st.integers(1, 12)), 8)
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    return pictures, different[rng.integers(0, len(different), sum(counts))]


@given(shops(), st.integers(1, 10), st.integers(0, 1000))
def test_products_equal_those_of_a_search_over_everything(shop, k, seed):
    pictures, vectors = shop
    owners = tuple(product for product, count in pictures.items() for _ in range(count))
    queries = np.concatenate([random_vectors(seed, 2, 8), vectors[:1]])
    with TemporaryDirectory() as folder:
        ranked = gallery_of(Path(folder), vectors, pictures).search_products(queries, k)
    expected = ArrayGallery(SPEC, vectors, owners).search_products(queries, k)
    assert [[(match.row, match.product_id, match.similarity) for match in matches] for matches in ranked] == [
        [(match.row, match.product_id, match.similarity) for match in matches] for matches in expected
    ]


@pytest.fixture
def gallery(tmp_path: Path) -> FaissGallery:
    return gallery_of(tmp_path, random_vectors(1, 6, 8), {"a": 1, "b": 3, "c": 2})


def test_matches_name_the_product_and_the_picture(gallery):
    matches = gallery.search(random_vectors(1, 6, 8)[3:4], 1)
    assert [(match.row, match.product_id, match.reference_image) for match in matches[0]] == [
        (3, "b", "b2.png")
    ]


def test_each_query_has_its_own_products(gallery):
    ranked = gallery.search_products(random_vectors(1, 6, 8)[[0, 5]], 1)
    assert [matches[0].product_id for matches in ranked] == ["a", "c"]


def test_more_products_than_there_are_is_all_of_them(gallery):
    (matches,) = gallery.search_products(random_vectors(9, 1, 8), 50)
    assert sorted(match.product_id for match in matches) == ["a", "b", "c"]


def test_product_is_as_it_was_with_its_pictures(gallery):
    assert gallery.product("b") == Product("b", "B", ("b0.png", "b1.png", "b2.png"))


def test_product_that_is_not_held_is_a_key_error(gallery):
    with pytest.raises(KeyError):
        gallery.product("d")


def test_gallery_says_what_it_is(gallery):
    assert (gallery.version, gallery.encoder, len(gallery)) == ("v1", SPEC, 6)
