"""The encoder without weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.embedding.load import load_encoder
from tests.fakes import BLUE, RED, noise, plain


def embeddings(encoder: FakeEncoder, *pictures: np.ndarray) -> np.ndarray:
    return encoder.finish(encoder.forward(np.stack([encoder.prepare(picture) for picture in pictures])))


@given(st.lists(st.integers(0, 100), min_size=1, max_size=9), st.integers(1, 128))
def test_embeddings_are_unit_length_float32(seeds, dimension):
    found = embeddings(FakeEncoder(dimension), *map(noise, seeds))
    assert (found.dtype, found.shape) == (np.float32, (len(seeds), dimension))
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=9))
def test_embedding_does_not_depend_on_the_batch(seeds):
    encoder = FakeEncoder()
    together = embeddings(encoder, *map(noise, seeds))
    alone = [embeddings(encoder, noise(seed))[0] for seed in seeds]
    assert np.array_equal(together, alone)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 20_000, 3), (20_000, 1, 3), (7, 9, 3)])
def test_pictures_of_any_shape_are_prepared(shape):
    prepared = FakeEncoder().prepare(np.zeros(shape, np.uint8))
    assert (prepared.dtype, prepared.shape) == (np.uint8, (8, 8, 3))


def test_pictures_through_the_model_are_counted():
    encoder = FakeEncoder()
    embeddings(encoder, plain(RED), plain(BLUE))
    assert encoder.pictures_encoded == 2


def test_text_is_close_to_pictures_of_its_colour():
    encoder = FakeEncoder()
    red, blue = embeddings(encoder, plain(RED), plain(BLUE))
    (text,) = encoder.encode_texts(["a red chair"])
    assert text @ red > 0.99 > text @ blue


def test_text_without_a_colour_has_an_embedding_of_its_own():
    one, other, again = FakeEncoder().encode_texts(["chair", "lamp", "chair"])
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_other_seeds_are_other_encoders():
    assert FakeEncoder(seed=1).spec.fingerprint != FakeEncoder(seed=0).spec.fingerprint


def test_fake_is_loaded_by_its_name():
    assert load_encoder("fake").spec == FakeEncoder().spec
