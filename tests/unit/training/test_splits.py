from __future__ import annotations

from pathlib import Path

from spark_vision.training.splits import SplitPlan, draw_keys, make_split


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
