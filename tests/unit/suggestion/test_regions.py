import numpy as np
import pytest

from spark_vision.domain.box import Box
from spark_vision.domain.tag import Point
from spark_vision.errors import InvalidInputError
from spark_vision.suggestion.regions.objectness import Objectness, ObjectProposer, bundled, suppress
from spark_vision.suggestion.regions.windows import GRID, Sums, all_windows, area, grown
from tests.fakes import RED, plain


def overlap(one: Box, other: Box) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(width, 0) * max(height, 0)
    return shared / (one.width * one.height + other.width * other.height - shared)


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
        assert max(overlap(box, thing) for box in found) > 0.5


@pytest.mark.parametrize("thing", THINGS)
def test_a_tap_means_the_thing_under_it(thing):
    point = Point(thing.x + thing.width / 2, thing.y + thing.height / 2)
    assert overlap(ObjectProposer().around(photo_with(*THINGS), point), thing) > 0.4


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
    windows = all_windows()[::97]
    expected = [cells[top:bottom, left:right].sum(axis=(0, 1)) for left, top, right, bottom in windows]
    np.testing.assert_allclose(Sums.of(cells).within(windows), expected, rtol=1e-3)


def test_windows_lie_in_the_photo_and_differ():
    windows = all_windows()
    assert windows.min() == 0
    assert windows.max() == GRID
    assert (windows[:, 2:] > windows[:, :2]).all()
    assert len(np.unique(windows, axis=0)) == len(windows)
    assert (area(grown(windows, 0.3)) > area(windows)).all()


def test_of_overlapping_windows_the_best_stays():
    windows = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30], [22, 22, 26, 26]])
    assert suppress(windows, np.array([1.0, 2.0, 0.5, 0.1]), 4) == [1, 2]


def test_weights_of_other_features_are_refused():
    value = bundled().as_dict()
    value["quick"] = {**value["quick"], "names": ["something"]}
    with pytest.raises(InvalidInputError, match="fit_regions"):
        Objectness.from_dict(value)
