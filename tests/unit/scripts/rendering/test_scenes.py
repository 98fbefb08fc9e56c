"""Scenes are possible, repeatable and in view."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from scripts.rendering.cameras import Camera
from scripts.rendering.homeware import demo_range
from scripts.rendering.kinds import FLOOR_ONLY
from scripts.rendering.mesh import merged
from scripts.rendering.placing import Footprint, Placement, footprint_of, overlap
from scripts.rendering.plans import PhotoOrder, PhotoPlan, plan_photos
from scripts.rendering.scenes import placed_parts, scene_shot
from scripts.rendering.training_range import training_range

ORDER = PhotoOrder(count=24, without=4, demo=5, other="test", seed=11)


@pytest.fixture(scope="module")
def plans() -> list[PhotoPlan]:
    return plan_photos(demo_range(), ORDER)


def test_same_seed_same_scenes(plans: list[PhotoPlan]) -> None:
    assert plan_photos(demo_range(), ORDER) == plans


def test_other_seed_other_scenes(plans: list[PhotoPlan]) -> None:
    other = plan_photos(demo_range(), PhotoOrder(3, 1, 1, "test", 12))
    assert all(plan.scene != plans[i].scene for i, plan in enumerate(other))


def test_things_do_not_run_into_each_other(plans: list[PhotoPlan]) -> None:
    for plan in plans:
        grounded = [place for place in plan.scene.placements if place.z == 0]
        for first, second in combinations(grounded, 2):
            assert not overlap(_print_of(first), _print_of(second)), plan.photo


def test_lifted_things_stand_on_something(plans: list[PhotoPlan]) -> None:
    for plan in plans:
        heights = {round(footprint_of(place.look).height, 4) for place in plan.scene.placements}
        assert all(place.z in heights for place in plan.scene.placements if place.z)


def test_products_are_in_view(plans: list[PhotoPlan]) -> None:
    for plan in plans:
        for place in plan.scene.placements:
            if place.product_id:
                seen = plan.scene.camera.project(_corners(place))
                inside = ((seen >= 0) & (seen <= 1)).all(axis=1)
                assert inside.mean() > 0.5, (plan.photo, place.product_id)


def test_nothing_foreign_is_right_before_the_camera(plans: list[PhotoPlan]) -> None:
    for plan in plans:
        x, y, z = plan.scene.camera.eye
        for place in plan.scene.placements:
            print_ = footprint_of(place.look)
            aside = np.hypot(x - place.x, y - place.y) - max(print_.half_width, print_.half_depth)
            assert place.product_id or aside >= 0.1 or z >= print_.height + 0.1, plan.photo


def test_furniture_stands_on_floors_only(plans: list[PhotoPlan]) -> None:
    for plan in plans:
        kinds = {place.look.kind for place in plan.scene.placements}
        assert plan.scene.room.setting == "floor" or not kinds & FLOOR_ONLY


def test_order_is_met(plans: list[PhotoPlan]) -> None:
    splits = Counter(plan.split for plan in plans)
    bare = [p for p in plans if not any(place.product_id for place in p.scene.placements)]
    assert splits == {"demo": 5, "test": 19}
    assert len(bare) >= 4
    assert all(len(p.scene.placements) >= 1 for p in plans)


def test_the_room_is_behind_and_below(plans: list[PhotoPlan]) -> None:
    for plan in plans[:10]:
        shot = scene_shot(plan.scene)
        assert [thing.owner for thing in shot.things] == [*range(len(plan.scene.placements)), -1]
        assert plan.scene.camera.eye[1] < plan.scene.room.depth
        assert plan.scene.camera.eye[2] > 0


def test_demo_range_has_variety_and_near_twins() -> None:
    products = demo_range()
    assert len(products) >= 80
    assert len({product.look.kind for product in products}) >= 16
    assert len({product.id for product in products}) == len(products)
    assert len({product.title for product in products}) == len(products)
    assert any(not product.in_stock for product in products)
    assert max(Counter(product.group for product in products).values()) >= 3


def test_training_products_are_none_of_the_shop() -> None:
    training = training_range(60, seed=7)
    assert training == training_range(60, seed=7)
    assert not {p.look for p in training} & {p.look for p in demo_range()}


def test_a_short_range_is_dealt_without_repeats() -> None:
    for plan in plan_photos(demo_range()[:2], PhotoOrder(6, 1, 1, "test", 3)):
        named = [place.product_id for place in plan.scene.placements if place.product_id]
        assert len(named) == len(set(named)) <= 2


def test_overlap_sees_turned_oblongs() -> None:
    one = Footprint(0, 0, 1, 0.1, 0, 1)
    assert overlap(one, Footprint(0, 0.5, 1, 0.1, np.pi / 2, 1))
    assert not overlap(one, Footprint(0, 0.5, 1, 0.1, 0, 1))
    assert overlap(one, Footprint(0, 0.5, 1, 0.1, 0, 1), gap=0.4)
    assert not overlap(one, Footprint(1.2, 1.2, 1, 0.1, np.pi / 4 * 3, 1))


def test_projection() -> None:
    camera = Camera((0, -2, 0), (0, 0, 0), fov=90, width=200, height=100)
    seen = camera.project(np.array([[0, 0, 0], [2, 0, 0], [0, 0, 1], [-1, 0, -0.5]], dtype=float))
    np.testing.assert_allclose(seen, [[0.5, 0.5], [1.0, 0.5], [0.5, 0.0], [0.25, 0.75]], atol=1e-9)
    wide = camera.widened(2).project(np.array([[2.0, 0, 0]]))
    np.testing.assert_allclose(wide, [[0.75, 0.5]], atol=1e-9)


def _corners(place: Placement) -> NDArray[np.float64]:
    return merged(part.mesh for part in placed_parts(place)).vertices[::5]


def _print_of(place: Placement) -> Footprint:
    return replace(footprint_of(place.look), x=place.x, y=place.y, turn=place.turn)
