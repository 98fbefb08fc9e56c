"""How learned views change similarities."""

import numpy as np
import pytest

from spark_vision.core.embedding import unit_length
from spark_vision.core.learned_view import Polarity
from spark_vision.feedback.view_weighting import (
    EmbeddedView,
    domain_shift,
    prototypes,
    rejection_penalty,
    similarities,
    subtract_shift,
    trusted_views,
)
from tests.fakes import random_vectors
from tests.unit.core.test_learned_view import view

NONE = np.zeros((0, 8), np.float32)


def look(
    number: int, poster: str, vector: np.ndarray, *, familiar: bool = False, rival: float = 0.9
) -> EmbeddedView:
    return EmbeddedView(view(number, poster=poster), vector, familiar, rival)


def near(vector: np.ndarray, share: float = 0.2, seed: int = 9) -> np.ndarray:
    moved: np.ndarray = unit_length(vector + share * random_vectors(seed, 1, len(vector)))[0]
    return moved


def test_a_lone_posters_strange_look_waits_for_a_second_poster() -> None:
    strange, other = random_vectors(1, 2, 8)
    own = [look(1, "ada", strange), look(2, "ada", near(strange, 0.01))]
    assert trusted_views(own, 0.95) == []
    unlike = look(3, "bob", other)
    assert trusted_views([*own, unlike], 0.95) == []
    agreed = look(4, "bob", near(strange, 0.05))
    assert trusted_views([*own, unlike, agreed], 0.95) == [*own, agreed]


def test_what_the_catalogue_agrees_with_counts_at_once() -> None:
    known = look(1, "ada", random_vectors(1, 1, 8)[0], familiar=True)
    assert trusted_views([known], 0.95) == [known]


def test_a_rejection_counts_for_everybody_when_two_posters_say_it_of_the_same_look() -> None:
    vector = random_vectors(1, 1, 8)[0]

    def said(number: int, poster: str, of: np.ndarray) -> EmbeddedView:
        return EmbeddedView(view(number, poster=poster, stance=Polarity.REJECTED), of, True, 0.1)

    first, second = said(1, "ada", vector), said(2, "bob", near(vector, 0.05))
    assert trusted_views([first], 0.95) == []
    assert trusted_views([first, said(3, "bob", -vector)], 0.95) == []
    assert trusted_views([first, second], 0.95) == [first, second]


def test_prototypes_lie_between_a_picture_and_its_photos() -> None:
    pictures, photos = random_vectors(2, 2, 8), random_vectors(3, 3, 8)
    made = prototypes(pictures, photos, np.zeros(8))
    assert made.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, rtol=1e-6)
    expected = unit_length(2 * pictures.astype(np.float64) + photos.astype(np.float64).sum(axis=0))
    np.testing.assert_array_equal(made, expected)
    np.testing.assert_array_equal(prototypes(pictures, NONE, np.ones(8)), pictures)


def test_what_all_photos_share_is_taken_off_by_degrees() -> None:
    shift = np.eye(8)[0] * 0.6
    few, many = domain_shift([shift], 8), domain_shift([shift] * 45, 8)
    np.testing.assert_allclose(few, shift / 6)
    np.testing.assert_allclose(many, shift * 0.9)
    assert not domain_shift([], 8).any()
    queries = random_vectors(4, 3, 8)
    assert subtract_shift(queries, np.zeros(8)) is queries
    np.testing.assert_array_equal(subtract_shift(queries, shift), unit_length(queries - shift))


def test_a_rejection_lowers_at_its_look_and_nowhere_else() -> None:
    vector = random_vectors(1, 1, 8)[0]
    rejected = vector[None]
    assert rejection_penalty(vector, rejected, NONE, 0.95) == pytest.approx(1)
    close = near(vector, 0.1)
    at = float(similarities(rejected, close)[0])
    assert 0.95 < at < 1
    assert rejection_penalty(close, rejected, NONE, 0.95) == pytest.approx((at - 0.95) / 0.05, rel=1e-5)
    assert rejection_penalty(random_vectors(7, 1, 8)[0], rejected, NONE, 0.95) == 0
    assert rejection_penalty(vector, NONE, NONE, 0.95) == 0


def test_a_confirmed_photo_that_is_as_close_outweighs_a_rejected_one() -> None:
    vector = random_vectors(1, 1, 8)[0]
    assert rejection_penalty(vector, vector[None], vector[None], 0.95) == 0
