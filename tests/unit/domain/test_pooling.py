"""Matches of reference images to one match a product."""

from hypothesis import given
from hypothesis import strategies as st

from spark_vision.domain.suggestion import Match, best_match_per_product

SIMILARITIES = st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0])


@st.composite
def matches(draw):
    owners = draw(st.lists(st.sampled_from("abcde"), max_size=20).map(sorted))
    return [Match(row, owner, f"{row}.png", draw(SIMILARITIES)) for row, owner in enumerate(owners)]


def test_best_reference_image_is_kept():
    found = [Match(0, "a", "front.png", 0.4), Match(1, "a", "back.png", 0.9), Match(2, "b", "b.png", 0.5)]
    assert [(match.product_id, match.reference_image) for match in best_match_per_product(found)] == [
        ("a", "back.png"),
        ("b", "b.png"),
    ]


def test_ties_between_products_go_by_id_and_within_one_by_row():
    found = [Match(2, "b", "2", 0.5), Match(1, "a", "1", 0.5), Match(0, "a", "0", 0.5)]
    assert [match.row for match in best_match_per_product(found)] == [0, 2]


@given(matches(), st.randoms(use_true_random=False))
def test_pooling_keeps_one_match_a_product_whatever_the_order(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    pooled = best_match_per_product(shuffled)
    assert pooled == best_match_per_product(found)
    assert {match.product_id for match in pooled} == {match.product_id for match in found}
    assert len({match.product_id for match in pooled}) == len(pooled)
    for match in pooled:
        rivals = [other.similarity for other in found if other.product_id == match.product_id]
        assert match.similarity == max(rivals)
    assert pooled == sorted(pooled, key=lambda match: (-match.similarity, match.product_id))
