import numpy as np
import pytest

from spark_vision.media import distort
from tests.fakes import noise, plain, smooth


@pytest.mark.parametrize("name", sorted(distort.DISTORTIONS))
@pytest.mark.parametrize("size", [(60, 40), (1, 1), (3, 200)])
def test_a_distorted_picture_is_a_picture(name: str, size: tuple[int, int]) -> None:
    picture = noise(1, *size)
    before = picture.copy()
    worse = distort.DISTORTIONS[name](picture)
    assert worse.dtype == np.uint8
    assert worse.ndim == 3
    assert worse.shape[2] == 3
    assert np.array_equal(picture, before)
    if name != "cropped to 70 %":
        assert worse.shape == picture.shape


def test_each_does_what_it_says() -> None:
    picture = smooth(200, 100)
    assert np.array_equal(distort.darkened(plain((100, 200, 40)), 0.5)[0, 0], (50, 100, 20))
    assert distort.cropped(picture).shape == (70, 140, 3)
    assert np.array_equal(distort.cropped(picture), picture[:70, :140])
    assert distort.blurred(noise(2, 200, 100)).std() < noise(2, 200, 100).std() / 3
    small = distort.small_in_frame(plain((250, 0, 0), 100, 50))
    assert (small[:14] == 128).all()
    assert (small[22:28, 40:60] == (250, 0, 0)).all()
    turned = distort.rotated(plain((250, 0, 0), 100, 100))
    assert (turned[0, 0] == 128).all()
    assert (turned[50, 50] == (250, 0, 0)).all()
    assert 0 < np.abs(distort.recompressed(picture).astype(int) - picture).mean() < 20


def test_blur_follows_the_size_of_the_picture() -> None:
    small = smooth(128, 128)
    large = np.kron(small, np.ones((4, 4, 1), np.uint8))
    assert np.allclose(distort.blurred(large)[2::4, 2::4], distort.blurred(small), atol=6)
