from dataclasses import replace

import pytest

from spark_vision.core.geometry import Box
from spark_vision.core.product import Product
from spark_vision.core.product_filter import EVERYTHING
from spark_vision.core.suggestion import Match
from spark_vision.search.items import ItemBuilder, Region, filter_found_items
from spark_vision.search.query import UNCALIBRATED, SuggestionPolicy
from tests.unit.search.test_calibration import FIT

GROUPS = {"a1": "a", "a2": "a", "b1": "b"}


def product(product_id: str) -> Product:
    return Product(product_id, f"Title {product_id}", ("x.png",), item_group_id=GROUPS.get(product_id, ""))


def matches(**similarities: float) -> list[Match]:
    return [Match(row, name, "x.png", value) for row, (name, value) in enumerate(similarities.items())]


def chooser(judgement: SuggestionPolicy = UNCALIBRATED, top: int = 2, calibrated: bool = True) -> ItemBuilder:
    return ItemBuilder(product, judgement, EVERYTHING, top, calibrated)


FITTED = SuggestionPolicy(calibration=FIT)
WHOLE = Region(None, "photo")


def test_without_a_fit_there_are_similarities_alone():
    item = chooser().item(WHOLE, matches(a1=0.9, b1=0.5))
    assert not item.calibrated
    assert [held.probability for held in item.suggestions] == [None, None]


def test_a_clear_match_is_offered_with_what_speaks_for_it():
    item = chooser(FITTED).item(WHOLE, matches(a1=0.95, b1=0.3, c=0.2))
    assert item.calibrated
    assert item.no_match is None
    assert item.suggestions[0].probability > 0.7
    assert item.suggestions[0].why[0].code == "well_ahead"


def test_products_beyond_those_that_a_fit_chooses_among_have_no_probability():
    many = matches(**{f"p{place:02}": 0.9 - place / 100 for place in range(30)})
    item = chooser(FITTED, top=25).item(WHOLE, many)
    assert [held.product.id for held in item.suggestions] == [match.product_id for match in many[:25]]
    assert [held.probability is None for held in item.suggestions] == [False] * 20 + [True] * 5


def test_a_fit_that_came_with_the_model_is_not_called_the_versions_own():
    item = chooser(replace(FITTED, own=False)).item(WHOLE, matches(a1=0.95, b1=0.3, c=0.2))
    assert not item.calibrated
    assert item.suggestions[0].probability > 0.7


def test_what_could_be_either_is_a_guess():
    item = chooser(FITTED).item(WHOLE, matches(a1=0.9, b1=0.89, c=0.2))
    assert item.no_match.reason == "below_threshold"
    assert len(item.suggestions) == 2


def test_a_lower_target_asks_for_less():
    close = matches(a1=0.9, b1=0.85, c=0.2)
    assert chooser(FITTED).item(WHOLE, close).no_match is not None
    assert chooser(replace(FITTED, precision=0.5)).item(WHOLE, close).no_match is None


def test_where_nothing_is_likely_nothing_is_suggested():
    item = chooser(SuggestionPolicy(calibration=replace(FIT, bias=-6.0))).item(
        WHOLE, matches(a1=0.3, b1=0.29)
    )
    assert item.suggestions == ()
    assert item.no_match.reason == "nothing_alike"


def test_words_leave_the_fit_behind():
    item = chooser(FITTED, calibrated=False).item(WHOLE, matches(a1=0.9, b1=0.1))
    assert not item.calibrated


def test_variants_are_listed_where_they_are_not_suggested():
    item = chooser(top=1).item(WHOLE, matches(a1=0.9, b1=0.8, a2=0.7))
    (variant,) = item.suggestions[0].variants
    assert (variant.product_id, variant.similarity) == ("a2", 0.7)
    assert chooser(top=3).item(WHOLE, matches(a1=0.9, b1=0.8, a2=0.7)).suggestions[0].variants == ()


@pytest.mark.parametrize(
    ("other", "kept"),
    [(Box(0.02, 0, 0.4, 0.4), 1), (Box(0.15, 0, 0.4, 0.4), 2), (Box(0.5, 0.5, 0.4, 0.4), 2)],
)
def test_overlapping_regions_of_one_product_are_one(other, kept):
    boxes = (Box(0, 0, 0.4, 0.4), other)
    found = [chooser(FITTED).item(Region(box, "found"), matches(a1=0.95, b1=0.2, c=0.1)) for box in boxes]
    whole = chooser(FITTED).item(WHOLE, matches(a1=0.5, b1=0.5))
    assert len(filter_found_items(found, whole)) == kept


def test_with_a_fit_found_regions_stay_as_long_as_they_are_likely():
    judged = replace(FITTED, own=False)
    low = chooser(judged).item(Region(Box(0, 0, 0.4, 0.4), "found"), matches(a1=0.8, b1=0.3, c=0.1))
    whole = chooser(judged).item(WHOLE, matches(a1=0.95, b1=0.2))
    assert filter_found_items([low], whole) == [low]


def test_without_a_fit_a_found_region_must_beat_the_whole_photo():
    found = [chooser().item(Region(Box(0, 0, 0.4, 0.4), "found"), matches(a1=value)) for value in (0.5, 0.9)]
    shown = filter_found_items(found, chooser().item(WHOLE, matches(a1=0.6)))
    assert [item.suggestions[0].similarity for item in shown] == [0.9]
