"""Perceptual hashes, compared with those of imagehash."""

import imagehash
import numpy as np
import pytest
from PIL import Image

from spark_vision.media.perceptual_hash import is_near_duplicate, perceptual_hash
from tests.fakes import noise


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("size", [(64, 48), (33, 200), (7, 5), (320, 320)])
def test_the_bits_are_those_of_imagehash(seed: int, size: tuple[int, int]) -> None:
    for picture in (noise(seed, *size), np.cumsum(noise(seed, *size), axis=1, dtype=np.uint8)):
        assert np.array_equal(perceptual_hash(picture), imagehash.phash(Image.fromarray(picture)).hash)


def test_a_scaled_picture_is_alike_and_another_is_not() -> None:
    picture = np.asarray(Image.fromarray(noise(1, 12, 9)).resize((240, 180)))
    scaled = np.asarray(Image.fromarray(picture).resize((120, 90)))
    assert is_near_duplicate(perceptual_hash(picture), perceptual_hash(scaled))
    assert not is_near_duplicate(perceptual_hash(picture), perceptual_hash(noise(3, 240, 180)))


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_plain_picture_has_no_bit_of_rounding_noise(grey: int) -> None:
    bits = perceptual_hash(np.full((40, 30, 3), grey, np.uint8))
    assert bits.sum() == (grey > 0)  # the mean alone
