"""Products in a columnar file and back, and on the desk of a build."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_vision.core.ids import canonical_json
from spark_vision.core.product import Availability, Price, Product
from spark_vision.index.records import Records, RecordWriter, product_json, product_record
from spark_vision.index.staging import Staging

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PRICES = st.builds(Price, st.decimals(0, 10**9, places=4), st.sampled_from(["EUR", "USD"]))
PRODUCTS = st.builds(
    Product,
    id=TEXT,
    title=TEXT,
    images=st.lists(TEXT, min_size=1, max_size=3).map(tuple),
    price=st.none() | PRICES,
    availability=st.sampled_from(Availability),
    material=TEXT,
    gtin=TEXT,
)
LISTED = st.lists(PRODUCTS, min_size=1, max_size=5, unique_by=lambda product: product.id)


@given(PRODUCTS)
def test_a_product_has_one_canonical_form(product):
    assert product_json(product) == canonical_json(product_record(product))


@given(LISTED)
def test_products_are_read_back_equal(tmp_path_factory, listed):
    folder = tmp_path_factory.mktemp("records")
    with RecordWriter(folder) as writer:
        for product in sorted(listed, key=lambda product: product.id):
            writer.add(product_json(product), product.images, ["00"] * len(product.images))
    records = Records(folder)
    assert [records.product(product.id) for product in listed] == listed
    in_order = sorted(listed, key=lambda product: product.id)
    references = [(product.id, image) for product in in_order for image in product.images]
    assert records.references(np.arange(records.pictures)) == references


def test_folder_named_like_a_partition_adds_no_column(tmp_path):
    folder = tmp_path / "brand=x"
    folder.mkdir()
    product = Product("1", "A", ("a.png",), brand="y")
    with RecordWriter(folder) as writer:
        writer.add(product_json(product), product.images, ["00"])
    assert Records(folder).product("1") == product


@given(LISTED)
def test_staged_products_come_out_equal_in_the_order_of_their_ids(tmp_path_factory, listed):
    staging = Staging(tmp_path_factory.mktemp("desk"))
    for product in listed:
        assert staging.add(product, None) is None
    staging.accept([(picture, "00") for picture in staging.pictures()])
    staged = [entry.product for entry in staging.products()]
    staging.close()
    assert staged == sorted(listed, key=lambda product: product.id)


@pytest.fixture
def staging(tmp_path):
    desk = Staging(tmp_path)
    yield desk
    desk.close()


def test_id_that_was_staged_gives_its_line_and_changes_nothing(staging):
    staging.add(Product("a", "first", ("1.png",)), 7)
    assert staging.add(Product("a", "second", ("2.png", "3.png")), 9) == 7
    assert staging.count() == (1, 1)


def test_product_is_staged_with_the_pictures_that_could_be_used(staging):
    product = Product("a", "A", ("1.png", "2.png"), price=Price(Decimal("1.50"), "EUR"))
    staging.add(product, 2)
    staging.add(Product("b", "B", ("3.png",)), 3)
    _, second, _ = staging.pictures()
    staging.accept([(second, "aa")])
    (staged,) = staging.products()
    assert (staged.product, staged.digests) == (replace(product, images=("2.png",)), ("aa",))
    assert list(staging.without_picture()) == [("b", 3)]
