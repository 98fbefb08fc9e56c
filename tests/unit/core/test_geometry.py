"""Boxes on a picture."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_vision.core.errors import InvalidInputError
from spark_vision.core.geometry import Box

SHARE = st.floats(0, 1)


@pytest.mark.parametrize(
    "values",
    [
        (math.nan, 0, 1, 1),
        (0, math.inf, 1, 1),
        (0, 0, 0, 1),
        (0, 0, 1, -1),
        (-0.1, 0, 0.5, 0.5),
        (0.6, 0, 0.5, 0.5),
        (0, 0.6, 0.5, 0.5),
        (1e308, 1e308, 1e308, 1e308),
    ],
)
def test_box_that_is_none_is_refused(values):
    with pytest.raises(InvalidInputError, match="A box"):
        Box(*values)


@pytest.mark.parametrize("text", ["", "1,2,3", "0,0,1,1,1", "a,b,c,d", "0;0;1;1", "nan,0,1,1"])
def test_text_that_is_no_box_is_refused(text):
    with pytest.raises(InvalidInputError, match="A box"):
        Box.parse(text)


def test_a_hair_outside_is_no_mistake():
    assert Box(-1e-9, 0, 1 + 1e-8, 1).pixels(10, 10) == (0, 0, 10, 10)


@given(
    corner=st.tuples(SHARE, SHARE),
    size=st.tuples(SHARE, SHARE),
    picture=st.tuples(*[st.integers(1, 5000)] * 2),
)
def test_pixels_lie_in_the_picture_and_are_at_least_one(corner, size, picture):
    try:
        box = Box(*corner, *size)
    except InvalidInputError:
        return
    left, top, right, bottom = box.pixels(*picture)
    assert 0 <= left < right <= picture[0]
    assert 0 <= top < bottom <= picture[1]


def test_pixels_are_the_shares_of_the_sides():
    assert Box.parse("0.25,0.5,0.5,0.25").pixels(400, 200) == (100, 100, 300, 150)
