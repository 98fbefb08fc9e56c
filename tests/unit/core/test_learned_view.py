"""Which learned views are let in: limits, removal, and that what is taken back leaves no trace."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_vision.core.decision import Decision, DecisionKind, RejectReason, SuggestionSnapshot
from spark_vision.core.errors import ConflictError
from spark_vision.core.geometry import Box
from spark_vision.core.learned_view import (
    LearnedView,
    LearningLimits,
    Polarity,
    removed,
    restored,
    view_of,
    within_quota,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FEW = LearningLimits(per_look=2, per_product=3, per_poster=4)


def view(
    number: int, product: str = "mug", poster: str = "ada", stance: Polarity = Polarity.CONFIRMED
) -> LearnedView:
    at = NOON + timedelta(minutes=number)
    return LearnedView(f"v{number:03}", product, poster, f"post-{number}", "d" * 64, None, stance, at)


def ids(views: list[LearnedView]) -> list[str]:
    return [held.id for held in views]


views = st.lists(
    st.builds(
        view,
        st.integers(0, 40),
        st.sampled_from(["mug", "bowl"]),
        st.sampled_from(["ada", "bob", "cy"]),
        st.sampled_from(Polarity),
    ),
    max_size=25,
    unique_by=lambda held: held.id,
)


@given(views, st.data())
def test_what_is_taken_back_leaves_no_trace(held: list[LearnedView], data: st.DataObject) -> None:
    """Views that are withdrawn or removed, in any order of arrival, are as if they had never been."""
    gone = data.draw(st.sets(st.sampled_from(held)) if held else st.just(set()))
    how = data.draw(st.sampled_from(["withdrawn", "removed"]))

    def back(one: LearnedView) -> LearnedView:
        return replace(one, withdrawn_at=NOON) if how == "withdrawn" else removed(one, "eve", NOON)

    after = [back(one) if one in gone else one for one in data.draw(st.permutations(held))]
    never = [one for one in held if one not in gone]
    assert within_quota(after, FEW) == within_quota(never, FEW)


@given(views)
def test_nobody_gets_more_in_than_the_limits_say(held: list[LearnedView]) -> None:
    chosen = within_quota(held, FEW)
    assert max(Counter((one.product_id, one.stance) for one in chosen).values(), default=0) <= 3
    assert max(Counter(one.poster_id for one in chosen).values(), default=0) <= 4
    same = Counter((one.poster_id, one.product_id, one.stance) for one in chosen)
    assert max(same.values(), default=0) <= 2


def test_the_newest_count_and_one_poster_does_not_push_another_out() -> None:
    many = [view(number) for number in range(10, 20)]
    other = view(1, poster="bob")
    assert ids(within_quota([*many, other], FEW)) == ["v001", "v018", "v019"]
    assert ids(within_quota([*many, other], replace(FEW, per_product=2))) == ["v001", "v019"]


def decision(kind: DecisionKind, reason: str = "", box: Box | None = None) -> Decision:
    evidence = SuggestionSnapshot("s", 0.5, 0.5, "v1", "fake", Box(0, 0, 0.5, 0.5))
    return Decision("d", NOON, "ada", "post", "mug", kind, evidence, box=box, reason=reason)


@pytest.mark.parametrize(
    ("kind", "stance"),
    [
        (DecisionKind.CONFIRMED, Polarity.CONFIRMED),
        (DecisionKind.BY_HAND, Polarity.CONFIRMED),
        (DecisionKind.REJECTED, Polarity.REJECTED),
        (DecisionKind.MOVED, None),
        (DecisionKind.WITHDRAWN, None),
    ],
)
def test_what_teaches(kind: DecisionKind, stance: Polarity | None) -> None:
    made = view_of(decision(kind), "f" * 64)
    assert (None if made is None else made.stance) == stance


def test_not_wanted_says_nothing_against_the_match() -> None:
    assert view_of(decision(DecisionKind.REJECTED, RejectReason.NOT_WANTED.value), "f") is None
    assert view_of(decision(DecisionKind.REJECTED, RejectReason.WRONG_VARIANT.value), "f") is not None


def test_the_tags_own_box_comes_before_the_suggestions() -> None:
    own = Box(0.1, 0.1, 0.2, 0.2)
    drawn, plain = (
        view_of(decision(DecisionKind.CONFIRMED, box=own), "f"),
        view_of(decision(DecisionKind.CONFIRMED), "f"),
    )
    assert drawn is not None
    assert plain is not None
    assert (drawn.box, plain.box) == (own, Box(0, 0, 0.5, 0.5))


def test_a_withdrawn_view_is_neither_removed_nor_restored() -> None:
    gone = replace(view(1), withdrawn_at=NOON)
    for change in (lambda: removed(gone, "eve", NOON), lambda: restored(gone)):
        with pytest.raises(ConflictError, match="took this decision back"):
            change()


def test_removing_twice_keeps_the_first_word() -> None:
    once = removed(view(1), "eve", NOON)
    assert removed(once, "adam", NOON + timedelta(days=1)) == once
    assert restored(once) == view(1)
