"""The states of a product in a post: every one, and every act in each of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_vision.core.decision import DecisionKind
from spark_vision.core.errors import ConflictError, InvalidInputError, NotFoundError, StoreError
from spark_vision.core.geometry import Point
from spark_vision.core.tag import Act, Standing, step

MADE = {
    DecisionKind.CONFIRMED: Standing.CONFIRMED,
    DecisionKind.BY_HAND: Standing.BY_HAND,
    DecisionKind.REJECTED: Standing.REJECTED,
}
TAGGED = {Standing.CONFIRMED, Standing.BY_HAND}


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("act", Act)
def test_every_act_leads_somewhere_or_says_why_not(standing: Standing, act: Act) -> None:
    try:
        taken = step(standing, act)
    except NotFoundError:
        assert (act is Act.UNTAG and standing not in TAGGED) or (
            act is Act.UNREJECT and standing is not Standing.REJECTED
        )
    except ConflictError:
        assert act is Act.REJECT
        assert standing in TAGGED
    else:
        wanted = {
            Act.CONFIRM: {Standing.CONFIRMED},
            Act.TAG: TAGGED,
            Act.UNTAG: {Standing.OPEN},
            Act.REJECT: {Standing.REJECTED},
            Act.UNREJECT: {Standing.OPEN},
        }
        assert taken.standing in wanted[act]


@given(st.lists(st.sampled_from(Act), max_size=30))
def test_the_log_alone_tells_how_a_product_stands(acts: list[Act]) -> None:
    """Whatever is done, replaying the decisions gives the same standing, and none holds beside another."""
    standing, replayed = Standing.OPEN, Standing.OPEN
    for act in acts:
        try:
            taken = step(standing, act)
        except StoreError:
            continue
        for kind in taken.decisions:
            if kind is DecisionKind.WITHDRAWN:
                assert replayed is not Standing.OPEN
                replayed = Standing.OPEN
            elif kind is DecisionKind.MOVED:
                assert replayed in TAGGED
            else:
                assert replayed is Standing.OPEN
                replayed = MADE[kind]
        standing = taken.standing
        assert replayed is standing


@given(st.lists(st.sampled_from(Act), max_size=30), st.sampled_from(Act))
def test_an_act_that_is_refused_is_refused_again(acts: list[Act], last: Act) -> None:
    standing = Standing.OPEN
    for act in acts:
        try:
            standing = step(standing, act).standing
        except StoreError:
            with pytest.raises(StoreError):
                step(standing, act)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_point_lies_on_the_picture(x: float, y: float) -> None:
    assert (Point(x, y).x, Point(x, y).y) == (x, y)


@given(st.floats(), st.floats(0, 1))
def test_a_point_beside_the_picture_is_refused(x: float, y: float) -> None:
    if 0 <= x <= 1:
        return
    for values in ((x, y), (y, x)):
        with pytest.raises(InvalidInputError):
            Point(*values)
