from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spark_vision.core.decision import DecisionKind
from spark_vision.core.errors import DatasetError
from spark_vision.evaluation.confirmed_photos import (
    ConfirmedTag,
    Posted,
    confirmed_tags,
    split_tags,
    standing_decisions,
    tags_dataset,
)
from tests.unit.evaluation.log_lines import LEFT, RIGHT, START, decision

POSTED = Posted("poster", "digest", Path("a.jpg"))


def tag(number: int, poster: str, photo: str = "", product: str = "mug") -> ConfirmedTag:
    name = photo or f"photo{number}"
    at = START + timedelta(hours=number)
    return ConfirmedTag(f"d{number}", f"p{number}", poster, product, None, at, name, Path(f"{name}.jpg"))


def test_what_was_withdrawn_or_rejected_does_not_stand() -> None:
    log = [
        decision(1),
        decision(2, product_id="vase"),
        decision(3, DecisionKind.REJECTED, product_id="bowl"),
        decision(4, DecisionKind.WITHDRAWN, withdraws="d1"),
        decision(5, DecisionKind.BY_HAND, product_id="lamp", evidence=None),
    ]
    assert [each.id for each in standing_decisions(log)] == ["d2", "d5"]
    again = decision(6)
    assert [each.id for each in standing_decisions([*log, again])] == ["d2", "d5", "d6"]


def test_the_log_tells_apart_what_has_the_same_time() -> None:
    log = [decision(2), replace(decision(1, DecisionKind.WITHDRAWN, withdraws="d2"), at=decision(2).at)]
    assert standing_decisions(log) == []
    again = replace(decision(3), at=decision(2).at)
    assert [each.id for each in standing_decisions([*log, again])] == ["d3"]


def test_a_tag_that_was_moved_stands_at_its_last_place() -> None:
    log = [decision(1), decision(2, DecisionKind.MOVED, box=RIGHT)]
    (found,) = confirmed_tags(log, lambda post: POSTED)
    assert (found.decision_id, found.box) == ("d1", RIGHT)
    gone = decision(3, DecisionKind.WITHDRAWN, withdraws="d1")
    assert confirmed_tags([*log, gone], lambda post: POSTED) == []


def test_the_box_is_that_of_the_suggestion_and_posts_without_photos_are_left_out() -> None:
    log = [decision(1), decision(2, post_id="gone")]
    photos = {"post": POSTED}
    (found,) = confirmed_tags(log, photos.get)
    assert (found.box, found.poster, found.photo) == (LEFT, "poster", "digest")


tags_of_many = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from(["x", "y", "z", ""])), min_size=2, max_size=30
).map(lambda rows: [tag(number, poster, photo) for number, (poster, photo) in enumerate(rows)])


@settings(max_examples=100, deadline=None)
@given(tags_of_many, st.integers(0, 5))
def test_nothing_leaks_from_one_side_to_the_other(tags: list[ConfirmedTag], seed: int) -> None:
    if len({each.poster for each in tags}) < 2:
        return
    split = split_tags(tags, seed=seed)
    assert len(split.learned) + len(split.judged) + split.left_out == len(tags)
    assert {each.poster for each in split.learned}.isdisjoint(each.poster for each in split.judged)
    assert {each.photo for each in split.learned}.isdisjoint(each.photo for each in split.judged)
    if split.learned and split.judged:
        assert max(each.at for each in split.learned) < min(each.at for each in split.judged)
    assert split_tags(tags, seed=seed) == split


def test_one_poster_cannot_be_split() -> None:
    with pytest.raises(DatasetError, match=r"of 1 poster\(s\); at least two are needed"):
        split_tags([tag(1, "ann"), tag(2, "ann")])


def test_tags_become_queries_of_two_splits() -> None:
    tags = [tag(1, "ann"), tag(2, "ben"), tag(3, "ann"), tag(4, "ben"), tag(4, "ben", product="vase")]
    split = split_tags(tags)
    dataset = tags_dataset(split, Path("shop"), frozenset({"mug", "vase"}))
    judged = dataset.only("judged").queries
    assert {query.photo.name for query in judged} <= {f"photo{number}.jpg" for number in (2, 3, 4)}
    both = tags_dataset(replace(split, judged=(tags[3], tags[4])), Path("shop"), frozenset({"mug", "vase"}))
    (query,) = both.only("judged").queries
    assert query.relevant == {"mug", "vase"}
    with pytest.raises(DatasetError, match="of no confirmed tag is the product"):
        tags_dataset(split, Path("shop"), frozenset({"chair"}))
