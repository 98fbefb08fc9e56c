from __future__ import annotations

import numpy as np
from PIL import Image

from spark_vision.training.packing import has_white_border
from spark_vision.training.views import ViewPlan, fit_on_white, make_view, shift_colours, white_outside


def product_on_white() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    picture = np.full((60, 40, 3), 255, dtype=np.uint8)
    picture[20:40, 10:30] = (200, 20, 20)
    picture[28:32, 18:22] = 255  # a white label on the product
    return picture


def test_views_follow_from_the_seed_alone() -> None:
    picture = product_on_white()

    views = [make_view(picture, None, ViewPlan(), np.random.default_rng(5)) for _ in range(2)]

    assert views[0].shape == (128, 128, 3)
    assert views[0].dtype == np.uint8
    np.testing.assert_array_equal(views[0], views[1])


def test_white_inside_the_product_stays_with_it() -> None:
    outside = white_outside(product_on_white())

    assert outside[0, 0]
    assert not outside[30, 20]
    assert not outside[25, 15]


def test_the_whole_picture_keeps_its_proportions() -> None:
    fitted = np.asarray(fit_on_white(Image.new("RGB", (40, 20), (0, 0, 0)), 80, 1.0))

    rows, columns = np.nonzero(fitted.max(2) < 128)
    assert np.ptp(columns) + 1 == 80
    assert np.ptp(rows) + 1 == 40


def test_red_stays_red() -> None:
    rng = np.random.default_rng(0)
    red = np.full((4, 4, 3), (200, 20, 20), dtype=np.uint8)

    for _ in range(50):
        shifted = shift_colours(red, ViewPlan(), rng)[0, 0].astype(int)
        assert shifted[0] > 2 * max(shifted[1], shifted[2])


def test_a_white_border_is_noticed() -> None:
    assert has_white_border(product_on_white())
    assert not has_white_border(np.zeros((10, 10, 3), dtype=np.uint8))
