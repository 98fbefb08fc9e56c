"""Bytes that are no picture, or one that is too much: typed errors that say why."""

import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from spark_vision.errors import (
    PictureDamagedError,
    PictureFormatError,
    PictureNotFoundError,
    PictureTooLargeError,
)
from spark_vision.imaging.decode import decode
from spark_vision.imaging.files import is_picture_name, read_bytes, read_picture
from spark_vision.imaging.limits import PictureLimits
from tests.fakes import encoded, handmade_png, noise, png_chunk, smooth

PICTURE = noise(1, 64, 48)
PNG, JPEG = encoded(PICTURE), encoded(PICTURE, "JPEG")

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow speaks of what it skips


def with_bad_checksum(png: bytes) -> bytes:
    at = png.index(b"IHDR") + 4 + 13  # behind the header chunk's data
    return png[:at] + bytes([png[at] ^ 1]) + png[at + 1 :]


def claiming(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG whose frame header claims another size."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


DAMAGED = {
    "empty": (b"", "empty"),
    "signature of a PNG": (PNG[:8], "PNG"),
    "header of a PNG": (PNG[:40], "PNG"),
    "half a PNG": (PNG[: len(PNG) // 2], "truncated"),
    "start of a JPEG": (JPEG[:2], "JPEG"),
    "half a JPEG": (JPEG[: len(JPEG) // 2], "(?i)truncated"),
    "half a WebP": (encoded(PICTURE, "WEBP")[:200], "."),
    "half an AVIF": (encoded(PICTURE, "AVIF")[:200], "."),
    "half a GIF": (encoded(PICTURE, "GIF")[:1500], "truncated"),
    "half a BMP": (encoded(PICTURE, "BMP")[:200], "truncated"),
    "half a TIFF": (encoded(PICTURE, "TIFF")[:200], "."),
    "a wrong checksum": (with_bad_checksum(PNG), "PNG, but its header is damaged"),
    "no width": (handmade_png((0, 5)), "PNG"),
    "no height": (handmade_png((5, 0)), "PNG"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_picture_is_refused_as_damaged(name):
    data, word = DAMAGED[name]
    with pytest.raises(PictureDamagedError, match=word):
        decode(data)


TOO_LARGE = {
    "400 megapixels": (handmade_png((20_000, 20_000)), "20000 x 20000"),
    "2^31 pixels a side": (handmade_png((2**31 - 1, 2**31 - 1)), "2147483647 x 2147483647"),
    "2^31 pixels": (handmade_png((65_536, 32_768)), "65536 x 32768"),
    "one long row": (handmade_png((100_000, 1)), "100000 x 1"),
    "a JPEG of 65500 squared": (claiming(JPEG, 65_500, 65_500), "65500 x 65500"),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_bomb_is_refused_by_its_header_with_its_size(name):
    data, size = TOO_LARGE[name]
    with pytest.raises(PictureTooLargeError, match=size):
        decode(data)


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_two_hundred_megabytes_of_compressed_text_are_refused(kind):
    packer = zlib.compressobj()
    block = bytes(1_000_000)
    packed = b"".join([packer.compress(block) for _ in range(200)]) + packer.flush()
    bomb = handmade_png((1, 1), b"\0\1\2\3", extra=png_chunk(kind, b"name\0\0" + packed))
    with pytest.raises(PictureDamagedError, match="too large"):
        decode(bomb)


OTHER_FORMATS = {
    "HTML": b"<!doctype html><title>x</title>" * 20,
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>',
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
    "PDF": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "ICO": encoded(Image.fromarray(PICTURE), "ICO"),
    "JPEG 2000": encoded(PICTURE, "JPEG2000"),
    "PPM": encoded(PICTURE, "PPM"),
    "ZIP": b"PK\x03\x04" + bytes(60),
    "zeros": bytes(100),
    "one byte": b"\xff",
}


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
