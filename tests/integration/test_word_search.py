"""Search by words over a built index: fused with the pictures, filtered, and with its reasons."""

from pathlib import Path

import pytest

from spark_vision.core.product_filter import ProductFilter
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.versions import VersionStore
from spark_vision.search.suggester import Suggester
from spark_vision.search.words.fused_search import ProductWords
from tests.fakes import BLUE, GREEN, RED, Shelf, build, plain


@pytest.fixture
def suggester(tmp_path: Path, encoder: FakeEncoder) -> Suggester:
    shelf = Shelf(tmp_path / "shop")
    shelf.add("A-1", plain(RED), title="Kettle", brand="Norda")
    shelf.add("A-2", plain(GREEN), title="Table lamp", brand="Lumo")
    shelf.add("A-3", plain(BLUE), title="Desk lamp", brand="Norda")
    store = VersionStore(tmp_path / "index")
    build(store, shelf.feed, encoder)
    gallery = store.load()
    return Suggester(encoder, gallery, words=ProductWords(gallery))


def found(suggester: Suggester, text: str, brands: tuple[str, ...] = ()) -> list[tuple[str, tuple[str, ...]]]:
    item = suggester.search_text(text, 3, ProductFilter(brands=brands))
    return [(held.product.id, held.found_by) for held in item.suggestions]


def test_an_id_and_a_title_come_first_whatever_the_pictures_show(suggester: Suggester) -> None:
    assert found(suggester, "a-3")[0] == ("A-3", ("id", "picture"))
    assert found(suggester, "kettle")[0] == ("A-1", ("title", "picture"))


def test_pictures_decide_between_equal_words(suggester: Suggester) -> None:
    assert found(suggester, "green lamp")[0][0] == "A-2"
    assert found(suggester, "blue lamp")[0][0] == "A-3"


def test_pictures_alone_find_what_no_text_says(suggester: Suggester) -> None:
    assert found(suggester, "red")[0] == ("A-1", ("picture",))


def test_a_product_beyond_the_first_pictures_has_its_similarity(suggester: Suggester) -> None:
    words, encoder = suggester.words, suggester.encoder
    assert words is not None
    query = encoder.encode_texts(["lamp"])
    everything = suggester.gallery.search_products(query, 3)[0]
    known = {match.product_id: match for match in everything}
    for one in words.fuse("lamp", query[0], [], 3, ProductFilter()):
        assert one.match.similarity == pytest.approx(known[one.match.product_id].similarity, abs=1e-6)
        assert one.match.reference_image == known[one.match.product_id].reference_image


def test_filters_apply_to_words_too(suggester: Suggester) -> None:
    assert {name for name, _ in found(suggester, "table lamp", ("Norda",))} == {"A-1", "A-3"}
