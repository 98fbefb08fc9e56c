from dataclasses import replace

import numpy as np
import pytest

from spark_vision.core.embedding import FeatureMap, Preprocessing
from spark_vision.core.errors import InvalidInputError
from spark_vision.core.geometry import Box, Point, iou
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.embedding.bundled import bundled_model
from spark_vision.embedding.load import load_encoder
from spark_vision.evaluation.datasets import read_dataset
from spark_vision.media.files import read_picture
from spark_vision.search.regions.feature_map import upsample
from spark_vision.search.regions.objectness import (
    Objectness,
    ObjectProposer,
    SeenObjectness,
    bundled,
    suppress,
)
from spark_vision.search.regions.windows import GRID, INNER, OUTER, RINGS, WINDOW, Sums, Windows, all_windows
from spark_vision.search.whole_photo import encode_whole_photo
from tests.fakes import RED, plain


def photo_with(*boxes: Box):
    """Grey noise with a red and a blue thing, striped so that they have edges."""
    rng = np.random.default_rng(0)
    photo = rng.integers(150, 170, (240, 320, 3), dtype=np.uint8)
    for box, colour in zip(boxes, (RED, (20, 30, 200)), strict=False):
        left, top, right, bottom = box.pixels(320, 240)
        photo[top:bottom, left:right] = colour
        photo[top:bottom:6, left:right] //= 2
    return photo


THINGS = (Box(0.1, 0.2, 0.3, 0.4), Box(0.6, 0.45, 0.25, 0.4))


def test_things_that_stand_out_are_found_first():
    found = ObjectProposer().propose(photo_with(*THINGS), 3)
    for thing in THINGS:
        assert max(iou(box, thing) for box in found) > 0.5


@pytest.mark.parametrize("thing", THINGS)
def test_a_tap_means_the_thing_under_it(thing):
    point = Point(thing.x + thing.width / 2, thing.y + thing.height / 2)
    assert iou(ObjectProposer().around(photo_with(*THINGS), point), thing) > 0.4


@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 1), (0.5, 0), (0, 0.99)])
def test_a_tap_at_the_edge_has_a_region_with_it(x, y):
    box = ObjectProposer().around(photo_with(*THINGS), Point(x, y))
    assert box.x <= x <= box.x + box.width
    assert box.y <= y <= box.y + box.height


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1), (7, 5)])
def test_any_picture_can_be_looked_at(size):
    found = ObjectProposer().propose(plain(RED, *size), 4)
    assert len(found) == 4
    assert len(set(found)) == 4


def test_no_more_regions_than_asked_for():
    assert ObjectProposer().propose(photo_with(), 0) == ()


def test_sums_are_those_of_the_cells():
    cells = np.random.default_rng(1).random((GRID, GRID, 2), dtype=np.float32)
    some = all_windows()[np.arange(0, len(all_windows()), 97)]
    expected = [cells[top:bottom, left:right].sum(axis=(0, 1)) for left, top, right, bottom in some.corners]
    np.testing.assert_allclose(Sums.of(cells).over(some)[WINDOW], expected, rtol=1e-3)


def test_each_area_of_a_window_has_as_many_cells_as_are_summed():
    ones = np.ones((GRID, GRID, 1), dtype=np.float32)
    windows = all_windows()
    np.testing.assert_array_equal(Sums.of(ones).over(windows)[..., 0], windows.cells)
    corner = Windows.of(np.array([[0, 0, 8, 12]]))
    assert corner.cells[INNER, 0].tolist() == [2 * 12, 2 * 12, 8 * 3, 8 * 3]
    assert corner.cells[OUTER, 0].tolist() == [0, 2 * 12, 0, 8 * 3]  # left and above there is no photo


def test_windows_lie_in_the_photo_and_differ():
    corners, cells = all_windows().corners, all_windows().cells
    assert corners.min() == 0
    assert corners.max() == GRID
    assert (corners[:, 2:] > corners[:, :2]).all()
    assert len(np.unique(corners, axis=0)) == len(corners)
    itself, wide, thin = cells[RINGS]
    assert (itself < thin).all()
    assert (thin <= wide).all()


def test_of_overlapping_windows_the_best_stays():
    windows = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30], [22, 22, 26, 26]])
    assert suppress(windows, np.array([1.0, 2.0, 0.5, 0.1]), 4) == [1, 2]


def test_weights_of_other_features_are_refused():
    value = bundled().as_dict()
    value["quick"] = {**value["quick"], "names": ["something"]}
    with pytest.raises(InvalidInputError, match="fit_regions"):
        Objectness.from_dict(value)


def test_a_map_comes_to_lie_on_the_photos_own_grid():
    """A photo twice as wide as high lies in the middle of its prepared picture, with nothing above it."""
    frame = Preprocessing(160, 160, (0, 0, 0), (1, 1, 1), "bicubic", "longest").frame(400, 200)
    places = np.zeros((10, 10), dtype=np.float32)
    places[:, 5:] = 1
    cells = upsample(places, FeatureMap(places[None], frame))[..., 0]
    assert cells.shape == (GRID, GRID)
    np.testing.assert_allclose(cells[:, -16:], 1)
    np.testing.assert_allclose(cells[:, :16], 0)
    above = np.zeros((10, 10), dtype=np.float32)
    above[:2] = 1  # above the photo
    np.testing.assert_allclose(upsample(above, FeatureMap(above[None], frame))[6:], 0)


@pytest.fixture(scope="module")
def fitted() -> SeenObjectness:
    return SeenObjectness.from_dict(bundled_model("spark-mini").regions)


def test_three_regions_by_the_models_map_mark_most_things_and_more_than_colour_and_outline(fitted):
    """On real photos of the split `test`, which nothing was fitted on."""
    encoder, large, found = load_encoder("spark-mini", "cpu"), 0, {True: 0, False: 0}
    assert fitted.encoder == encoder.spec.fingerprint
    by_map, plainly = ObjectProposer(seen=fitted), ObjectProposer()
    photos = list(read_dataset(demo_shop()).only("test").by_photo().items())[:40]
    for path, queries in photos:
        picture = read_picture(path)
        seen = encode_whole_photo(encoder, picture, encoder.prepare(picture))
        things = [query.box for query in queries if query.box and query.box.width * query.box.height >= 0.05]
        large += len(things)
        for proposer in (by_map, plainly):
            regions = seen.regions(proposer, 3)
            found[proposer is by_map] += sum(
                any(iou(region, thing) >= 0.4 for region in regions) for thing in things
            )
    assert large >= 40
    assert found[True] / large >= 0.6
    assert found[True] > found[False]


def test_a_map_of_another_kind_is_left_aside(fitted):
    photo = photo_with(*THINGS)
    other = FeatureMap(np.zeros((3, 10, 10), dtype=np.float32), (0.0, 0.0, 1.0, 1.0))
    assert ObjectProposer(seen=fitted).propose(photo, 3, other) == ObjectProposer().propose(photo, 3)


def test_where_nothing_is_thing_like_no_region_is_looked_up(fitted):
    empty = replace(fitted, thing=replace(fitted.thing, weights=(0.0,) * 112, bias=-20.0))
    seen = FeatureMap(np.zeros((112, 10, 10), dtype=np.float32), (0.0, 0.0, 1.0, 1.0))
    assert ObjectProposer(seen=empty).propose(plain(RED, 200, 200), 4, seen) == ()


def test_map_weights_of_other_features_are_refused(fitted):
    value = fitted.as_dict()
    value["full"] = {**value["full"], "names": ["something"]}
    with pytest.raises(InvalidInputError, match="fit_regions"):
        SeenObjectness.from_dict(value)
