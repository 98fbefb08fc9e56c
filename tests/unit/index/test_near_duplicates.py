"""Neighbours that are looked up in cells are those of exact search, nearly all of them."""

import faiss
import numpy as np

from spark_vision.core.embedding import unit_length
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.engines.faiss.exact import ExactIndex
from spark_vision.index.engines.faiss.kinds import in_cells
from spark_vision.index.versions import VersionStore
from spark_vision.media.files import read_picture
from tests.fakes import Shelf, build, noise, random_vectors

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


def test_a_picture_that_many_products_share_is_looked_up_once(tmp_path, monkeypatch) -> None:
    """As what stands for "no picture yet" is."""
    store, shelf = VersionStore(tmp_path / "index"), Shelf(tmp_path / "shop")
    for number in range(40):
        shelf.add(f"p{number:02}", noise(0))
    shelf.add("other", noise(1))
    asked: list[int] = []
    search = ExactIndex.search

    def counted(self, queries, k, allowed=None):
        asked.append(len(queries))
        return search(self, queries, k, allowed)

    monkeypatch.setattr(ExactIndex, "search", counted)
    report = build(store, shelf.feed, FakeEncoder())
    assert sum(asked) == 2
    assert {pair.kind for pair in report.lookalikes} == {"equal"}


def test_what_a_groups_picture_hides_another_product_with_it_shows(tmp_path) -> None:
    """A variant is not held against its own group, but whoever else has its picture is."""
    store, shelf = VersionStore(tmp_path / "index"), Shelf(tmp_path / "shop")
    picture = read_picture(demo_shop() / "photos" / "0001.jpg")
    nearly = picture.copy()
    nearly[-1, -1] ^= 1
    shelf.add("c", nearly, item_group_id="g")
    build(store, shelf.feed, FakeEncoder())
    shelf.add("a", picture, item_group_id="g")
    shelf.add("b", picture)
    pairs = build(store, shelf.feed, FakeEncoder()).lookalikes
    assert {(pair.kind, pair.one[0], pair.other[0]) for pair in pairs} == {
        ("equal", "a", "b"),
        ("near", "b", "c"),
    }
