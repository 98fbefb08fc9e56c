"""Bytes that are no picture, or one that is too much: typed errors that say why."""

import os

import numpy as np
import pytest
from PIL import Image

from spark_vision.core.errors import (
    PictureDamagedError,
    PictureFormatError,
    PictureNotFoundError,
    PictureTooLargeError,
)
from spark_vision.media.decode import decode
from spark_vision.media.files import is_picture_name, read_bytes, read_picture
from spark_vision.media.limits import PictureLimits
from tests.bad_pictures import DAMAGED, OTHER_FORMATS, PNG, TOO_LARGE, text_bomb
from tests.fakes import encoded, smooth

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow speaks of what it skips


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_picture_is_refused_as_damaged(name):
    data, word = DAMAGED[name]
    with pytest.raises(PictureDamagedError, match=word):
        decode(data)


@pytest.mark.parametrize("name", TOO_LARGE)
def test_bomb_is_refused_by_its_header_with_its_size(name):
    data, size = TOO_LARGE[name]
    with pytest.raises(PictureTooLargeError, match=size):
        decode(data)


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_two_hundred_megabytes_of_compressed_text_are_refused(kind):
    with pytest.raises(PictureDamagedError, match="too large"):
        decode(text_bomb(kind))


@pytest.mark.parametrize("name", OTHER_FORMATS)
def test_other_format_named_jpg_is_refused_as_no_picture(name, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(OTHER_FORMATS[name])
    with pytest.raises(PictureFormatError, match=r"photo\.jpg.*JPEG, PNG"):
        read_picture(path)


def test_file_over_the_bound_of_bytes_is_refused_by_name(tmp_path):
    path = tmp_path / "big.png"
    path.write_bytes(bytes(101))
    with pytest.raises(PictureTooLargeError, match=r"big\.png.*100 bytes"):
        read_bytes(path, PictureLimits(max_bytes=100))


def test_bytes_over_the_bound_are_refused():
    with pytest.raises(PictureTooLargeError, match="at most 100"):
        decode(PNG, PictureLimits(max_bytes=100))


@pytest.mark.parametrize("limits", [PictureLimits(max_side=63), PictureLimits(max_pixels=64 * 48 - 1)])
def test_bounds_can_be_set(limits):
    with pytest.raises(PictureTooLargeError, match="64 x 48"):
        decode(PNG, limits)


def test_bounds_themselves_are_allowed():
    assert decode(PNG, PictureLimits(len(PNG), 64 * 48, 64)).shape == (48, 64, 3)


@pytest.mark.parametrize("name", ["absent.jpg", "nul\0.jpg", "x" * 5000 + ".jpg", "."])
def test_what_is_no_file_is_not_found(tmp_path, name):
    with pytest.raises(PictureNotFoundError, match="cannot be read"):
        read_bytes(tmp_path / name)


def test_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(PictureNotFoundError, match="pipe"):
        read_bytes(tmp_path / "pipe.jpg")


def test_error_of_a_file_names_it_and_keeps_its_type(tmp_path):
    path = tmp_path / "half.png"
    path.write_bytes(DAMAGED["half a PNG"][0])
    with pytest.raises(PictureDamagedError, match=r"half\.png: The picture cannot be decoded"):
        read_picture(path)


@pytest.mark.parametrize("at_least", [10, 100, 224, 448, 5000])
@pytest.mark.parametrize("size", [(1500, 1000), (1000, 1501), (450, 450)])
def test_draft_is_no_smaller_than_asked_and_close_to_the_whole(size, at_least):
    jpeg = encoded(smooth(*size), "JPEG", quality=95)
    whole, draft = decode(jpeg), decode(jpeg, at_least=at_least)
    assert min(draft.shape[:2]) >= min(at_least, *size)
    same_size = Image.fromarray(whole).resize(draft.shape[1::-1], Image.Resampling.BOX)
    assert np.abs(np.asarray(same_size).astype(int) - draft).mean() < 2


def test_draft_of_a_big_jpeg_is_smaller_than_the_whole():
    assert decode(encoded(smooth(1600, 1600), "JPEG"), at_least=200).shape == (200, 200, 3)


def test_names_of_pictures_are_known_by_their_ending(tmp_path):
    names = ["a.jpg", "a.JPEG", "a.png", "a.webp", "a.tif", "a.avif", "a.txt", "jpg", "a.svg"]
    assert [name for name in names if is_picture_name(tmp_path / name)] == names[:6]
