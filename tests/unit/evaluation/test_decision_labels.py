from collections.abc import Iterable

import pytest

from spark_vision.core.account import Account, Role
from spark_vision.core.decision import Decision, DecisionKind, RejectReason
from spark_vision.core.geometry import Box, Point
from spark_vision.core.post import Photo, Post
from spark_vision.evaluation.decision_labels import DecidedRegion, decided_posts
from tests.unit.evaluation.log_lines import LEFT, RIGHT, START, decision

NEAR_LEFT = Box(0.05, 0, 0.5, 1)
CONFIRMED, BY_HAND = DecisionKind.CONFIRMED, DecisionKind.BY_HAND
POST = Post("post", Account("ann", "Ann", Role.POSTER), Photo("d", 8, 8, ()), "", START, boxes=(RIGHT,))
NOTHING: frozenset[str] = frozenset()
MUG = frozenset({"mug"})


def rejected(number: int, reason: RejectReason = RejectReason.NOT_IN_PHOTO, product: str = "mug") -> Decision:
    return decision(number, DecisionKind.REJECTED, reason=reason, product_id=product)


def regions(log: Iterable[Decision]) -> dict[Box | None, DecidedRegion]:
    return {region.box: region for post in decided_posts(log, lambda _: POST) for region in post.regions}


def test_what_was_tagged_is_right_in_its_region_and_in_the_whole_photo() -> None:
    found = regions([decision(1, CONFIRMED, RIGHT)])
    assert found[RIGHT] == DecidedRegion(RIGHT, found=False, relevant=MUG)
    assert found[None] == DecidedRegion(None, found=False, relevant=MUG)


def test_a_region_with_nothing_but_noes_shows_nothing_of_the_shop() -> None:
    found = regions([rejected(1), rejected(2, product="vase")])
    assert found == {LEFT: DecidedRegion(LEFT, found=True, relevant=NOTHING)}


def test_a_no_says_nothing_of_a_region_whose_thing_was_tagged_through_another() -> None:
    log = [rejected(1, product="vase"), decision(2, CONFIRMED, NEAR_LEFT)]
    found = regions([*log, decision(3, CONFIRMED, RIGHT, product_id="lamp")])
    assert found[LEFT].relevant == found[NEAR_LEFT].relevant == MUG
    assert found[RIGHT].relevant == {"lamp"}
    assert found[None].relevant == {"mug", "lamp"}


@pytest.mark.parametrize(("x", "right"), [(0.25, MUG), (0.75, NOTHING)])
def test_a_tag_by_hand_is_about_the_region_that_its_point_lies_in(x: float, right: frozenset[str]) -> None:
    by_hand = decision(2, BY_HAND, evidence=None, point=Point(x, 0.5))
    found = regions([rejected(1, product="vase"), by_hand])
    assert found[LEFT].relevant == right


@pytest.mark.parametrize("reason", [RejectReason.NOT_WANTED, RejectReason.WRONG_VARIANT])
def test_a_no_that_does_not_speak_of_the_match_labels_nothing(reason: RejectReason) -> None:
    assert regions([rejected(1, reason)]) == {}


def test_what_was_taken_back_and_posts_that_are_gone_label_nothing() -> None:
    log = [rejected(1), decision(2, DecisionKind.WITHDRAWN, withdraws="d1")]
    assert regions(log) == {}
    assert list(decided_posts([rejected(1)], lambda _: None)) == []
