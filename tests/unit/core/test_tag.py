"""The states of a product in a post: every one, and every act in each of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_vision.core.decision import DecisionKind
from spark_vision.core.errors import ConflictError, InvalidInputError, NotFoundError, StoreError
from spark_vision.core.geometry import Point
from spark_vision.core.tag import TagAction, TagState, transition

MADE = {
    DecisionKind.CONFIRMED: TagState.CONFIRMED,
    DecisionKind.BY_HAND: TagState.BY_HAND,
    DecisionKind.REJECTED: TagState.REJECTED,
}
TAGGED = {TagState.CONFIRMED, TagState.BY_HAND}


@pytest.mark.parametrize("standing", TagState)
@pytest.mark.parametrize("act", TagAction)
def test_every_act_leads_somewhere_or_says_why_not(standing: TagState, act: TagAction) -> None:
    try:
        taken = transition(standing, act)
    except NotFoundError:
        assert (act is TagAction.UNTAG and standing not in TAGGED) or (
            act is TagAction.UNREJECT and standing is not TagState.REJECTED
        )
    except ConflictError:
        assert act is TagAction.REJECT
        assert standing in TAGGED
    else:
        wanted = {
            TagAction.CONFIRM: {TagState.CONFIRMED},
            TagAction.TAG: TAGGED,
            TagAction.UNTAG: {TagState.OPEN},
            TagAction.REJECT: {TagState.REJECTED},
            TagAction.UNREJECT: {TagState.OPEN},
        }
        assert taken.standing in wanted[act]


@given(st.lists(st.sampled_from(TagAction), max_size=30))
def test_the_log_alone_tells_how_a_product_stands(acts: list[TagAction]) -> None:
    """Whatever is done, replaying the decisions gives the same standing, and none holds beside another."""
    standing, replayed = TagState.OPEN, TagState.OPEN
    for act in acts:
        try:
            taken = transition(standing, act)
        except StoreError:
            continue
        for kind in taken.decisions:
            if kind is DecisionKind.WITHDRAWN:
                assert replayed is not TagState.OPEN
                replayed = TagState.OPEN
            elif kind is DecisionKind.MOVED:
                assert replayed in TAGGED
            else:
                assert replayed is TagState.OPEN
                replayed = MADE[kind]
        standing = taken.standing
        assert replayed is standing


@given(st.lists(st.sampled_from(TagAction), max_size=30), st.sampled_from(TagAction))
def test_an_act_that_is_refused_is_refused_again(acts: list[TagAction], last: TagAction) -> None:
    standing = TagState.OPEN
    for act in acts:
        try:
            standing = transition(standing, act).standing
        except StoreError:
            with pytest.raises(StoreError):
                transition(standing, act)


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
