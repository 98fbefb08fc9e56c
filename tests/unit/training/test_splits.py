from __future__ import annotations

from pathlib import Path

from spark_vision.training.batches import SHOP, collect_examples
from spark_vision.training.folders import Photo, Product
from spark_vision.training.packing import open_pack
from spark_vision.training.splits import Material, SplitPlan, draw_keys, make_split
from tests.unit.training.conftest import paint


def test_nothing_held_out_is_trained_on(data: Path) -> None:
    split = make_split(data, SplitPlan(fashion_left_out=2, groceries_left_out=1))

    trained = set(split.material.paths())
    trained_keys = {product.key for product in split.train_products}
    held_out_photos = {p.path for p in split.grocery.photos if p.split == "val"}

    assert len(split.held_out_fashion) == 2
    assert not trained & {product.picture for product in split.held_out_fashion}
    assert not trained & held_out_photos
    assert not trained & {photo.path for photo in split.held_out_labelled}
    assert not trained_keys & {product.key for product in split.held_out_fashion}
    assert not trained_keys & split.unseen_groceries
    assert not {photo.product_key for photo in split.train_photos} & split.unseen_groceries


def test_a_photo_of_no_product_is_left_away(data: Path) -> None:
    split = make_split(data, SplitPlan(fashion_left_out=0))

    assert len(split.train_photos) == 4


def test_the_draw_does_not_depend_on_the_order_of_the_rows(data: Path) -> None:
    products = make_split(data, SplitPlan(fashion_left_out=0)).train_products

    assert draw_keys(products, 3, seed=1) == draw_keys(products[::-1], 3, seed=1)
    assert draw_keys(products, 3, seed=1) != draw_keys(products, 3, seed=2)


def test_more_goods_are_a_data_set_of_their_own(data: Path, tmp_path: Path) -> None:
    picture, photo = data / "mug.png", data / "mug-in-a-room.png"
    for path in (picture, photo):
        paint(path, (30, 60, 200))
    mug = Product("shop/m1", "Blue mug", "", "Home > Mugs", "Blue", "", picture)
    plain = make_split(data, SplitPlan(fashion_left_out=2))
    split = make_split(
        data, SplitPlan(fashion_left_out=2), Material((mug,), (Photo(photo, "shop/m1", "train"),))
    )

    pack = open_pack(split.material.paths(), tmp_path)
    more = [item for item in collect_examples(split.material, pack).items if item.domain == SHOP]

    assert {*split.material.paths()} == {*plain.material.paths(), picture, photo}
    assert [item.row for item in more] == [pack.row_of[picture], pack.row_of[photo]]
    assert len({item.group for item in more}) == 1
