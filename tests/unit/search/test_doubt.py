"""Which items stay sure, and which become guesses."""

import numpy as np
import pytest

from spark_vision.core.embedding import Picture
from spark_vision.core.geometry import Box
from spark_vision.core.product import Product
from spark_vision.core.suggestion import Item, NoMatch, Source, Suggestion
from spark_vision.search.doubt import Doubts, has_plain_ground, is_sure
from tests.fakes import noise

LEFT, RIGHT = Box(0.05, 0.1, 0.4, 0.8), Box(0.55, 0.1, 0.4, 0.8)
SCENE = noise(1, 96, 128)


def item(box: Box | None, product: str, probability: float, source: Source = "found") -> Item:
    made = Suggestion(Product(product, product, ("a.png",)), 0.9, "a.png", probability)
    return Item(box, (made,), None, "photo" if box is None else source)


def sure(photo: Picture, *items: Item, fitted_here: bool = False) -> list[bool]:
    return [is_sure(each) for each in Doubts(photo, fitted_here).applied(items)]


def on_white(size: int = 128) -> Picture:
    photo = np.full((size, size, 3), 250, dtype=np.uint8)
    photo[size // 4 : -size // 4, size // 4 : -size // 4] = noise(2, size // 2, size // 2)
    return photo


def test_a_scene_as_a_whole_is_sure_only_if_a_thing_in_it_is_the_same() -> None:
    whole = item(None, "lamp", 0.99)
    assert sure(SCENE, whole) == [False]
    assert sure(SCENE, item(LEFT, "mug", 0.95), whole) == [False, False]  # they contradict each other
    assert sure(SCENE, item(LEFT, "lamp", 0.95), whole) == [True, True]
    assert sure(on_white(), whole) == [True]
    assert sure(SCENE, whole, fitted_here=True) == [True]


def test_a_part_of_a_surer_thing_is_a_guess() -> None:
    part = Box(0.1, 0.2, 0.2, 0.2)
    assert sure(SCENE, item(LEFT, "melon", 0.97), item(part, "papaya", 0.92)) == [True, False]
    assert sure(SCENE, item(LEFT, "melon", 0.92), item(part, "papaya", 0.97)) == [True, True]
    assert sure(SCENE, item(LEFT, "melon", 0.97), item(RIGHT, "papaya", 0.92)) == [True, True]
    asked = item(part, "papaya", 0.92, source="asked")
    assert sure(SCENE, item(LEFT, "melon", 0.97), asked) == [True, True]


def test_a_thing_that_the_surer_whole_photo_contradicts_is_a_guess() -> None:
    whole, thing = item(None, "melon", 0.98), item(LEFT, "papaya", 0.92)
    assert sure(on_white(), thing, whole) == [False, True]
    elsewhere = item(RIGHT, "melon", 0.96)
    assert sure(SCENE, thing, elsewhere, whole) == [True, True, True]


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1), (10, 10), (40, 400)])
def test_nothing_is_sure_of_a_line_or_a_few_pixels(shape: tuple[int, int]) -> None:
    photo = noise(3, *shape)
    assert sure(photo, item(None, "mug", 0.99), fitted_here=True) == [False]


def test_nothing_is_sure_of_one_even_colour() -> None:
    grey = np.full((200, 200, 3), 128, dtype=np.uint8)
    assert sure(grey, item(None, "mug", 0.99), item(LEFT, "mug", 0.99)) == [False, False]


def test_a_guess_says_why_and_keeps_its_suggestions() -> None:
    (guess,) = Doubts(SCENE, fitted_here=False).applied([item(None, "lamp", 0.99)])
    assert guess.suggestions
    assert guess.no_match is not None
    assert guess.no_match.reason == "below_threshold"
    assert "No single thing" in guess.no_match.detail


def test_what_was_a_guess_before_stays_as_it_was() -> None:
    before = Item(None, (), NoMatch("nothing_alike", "Nothing of the shop is likely here."))
    assert Doubts(SCENE, fitted_here=False).applied([before]) == (before,)


def test_plain_ground() -> None:
    assert has_plain_ground(on_white())
    assert not has_plain_ground(SCENE)
