"""JPEGs of many scans or parts: little to send, and much to decode."""

import struct

import numpy as np
import pytest
from PIL import Image

from spark_vision.core.errors import PictureDamagedError, PictureTooLargeError
from spark_vision.media.decode import decode, open_picture
from spark_vision.media.jpeg_scans import Scans, check_scans, scans_of
from tests.fakes import BLUE, RED, encoded, plain, smooth

PICTURE = smooth(64, 48)
BASELINE = encoded(PICTURE, "JPEG", quality=95)
PROGRESSIVE = encoded(PICTURE, "JPEG", quality=95, progressive=True)
COMMENT = b"\xff\xfe\0\2"


def with_scans(jpeg: bytes, more: int) -> bytes:
    """A progressive JPEG whose last scan is there so often more."""
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:-2] + jpeg[last:-2] * more + jpeg[-2:]


def behind_start(jpeg: bytes, parts: bytes) -> bytes:
    return jpeg[:2] + parts + jpeg[2:]


def tiff_around(jpeg: bytes, side: int) -> bytes:
    """A gray TIFF whose one strip is a JPEG."""
    longs = {256: side, 257: side, 258: 8, 259: 7, 262: 1, 273: 8, 277: 1, 278: side, 279: len(jpeg)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in longs.items())
    folder = struct.pack("<H", len(longs)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(jpeg)) + jpeg + folder


@pytest.mark.parametrize(
    ("jpeg", "scans"),
    [
        (BASELINE, Scans(1)),
        (encoded(Image.new("L", (9, 9)), "JPEG"), Scans(1)),
        (encoded(PICTURE, "JPEG", restart_marker_blocks=1), Scans(1)),
        (PROGRESSIVE, Scans(10, kept=True)),
        (encoded(Image.new("CMYK", (9, 9)), "JPEG", progressive=True), Scans(18, kept=True)),
        (with_scans(PROGRESSIVE, 60), Scans(70, kept=True)),
        (b"\xff\xd8\xff", Scans()),
        (BASELINE[:100], Scans()),
    ],
)
def test_scans_are_counted(jpeg, scans):
    assert scans_of(jpeg) == scans


def test_what_looks_like_scans_in_comments_and_behind_the_end_is_not_counted():
    comment = b"\xff\xfe" + struct.pack(">H", 402) + b"\xff\xda\0\2" * 100
    assert scans_of(behind_start(PROGRESSIVE, comment) + b"\xff\xda\0\2" * 100) == Scans(10, kept=True)


def test_scans_behind_a_marker_without_length_are_counted():
    scan = PROGRESSIVE[PROGRESSIVE.rindex(b"\xff\xda") : -2]
    hiding = b"\xff\x05" + struct.pack(">H", 30_000) + scan * 200
    assert scans_of(PROGRESSIVE[:-2] + hiding + b"\xff\xd9").count > 100


@pytest.mark.parametrize("jpeg", [with_scans(PROGRESSIVE, 91), with_scans(PROGRESSIVE, 200_000)])
def test_more_scans_than_pictures_have_are_refused_before_any_is_decoded(jpeg):
    with pytest.raises(PictureTooLargeError, match="more than 100 scans"):
        open_picture(jpeg)


def test_as_many_as_a_hundred_scans_of_a_small_picture_are_decoded():
    assert decode(with_scans(PROGRESSIVE, 90)).shape == PICTURE.shape


@pytest.mark.parametrize(("pixels", "most"), [(0, 100), (16_000_000, 100), (32_000_000, 50), (10**9, 25)])
def test_the_bigger_the_picture_the_fewer_scans_and_always_those_that_programs_write(pixels, most):
    check_scans(Scans(most, kept=True), pixels)
    with pytest.raises(PictureTooLargeError, match=f"more than {most} scans"):
        check_scans(Scans(most + 1, kept=True), pixels)


@pytest.mark.parametrize(
    "parts", [COMMENT * 2_000, b"\xff\xd9" * 2_000, COMMENT + bytes(100_000), b"\xff" * 100_000]
)
def test_more_parts_or_padding_than_pictures_have_are_refused(parts):
    with pytest.raises(PictureTooLargeError, match="around its pixels"):
        open_picture(behind_start(BASELINE, parts))


def test_parts_between_scans_are_bounded_too():
    with pytest.raises(PictureTooLargeError, match="around its pixels"):
        open_picture(PROGRESSIVE[:-2] + COMMENT * 2_000 + PROGRESSIVE[-2:])


def test_some_hundreds_of_parts_are_read():
    assert np.array_equal(decode(behind_start(BASELINE, COMMENT * 500)), decode(BASELINE))


def test_scans_of_a_jpeg_within_a_tiff_are_bounded(capfd):
    jpeg = encoded(Image.new("L", (64, 64), 90), "JPEG", progressive=True)
    assert np.all(decode(tiff_around(jpeg, 64)) == 90)
    with pytest.raises(PictureDamagedError, match="cannot be decoded"):
        decode(tiff_around(with_scans(jpeg, 30), 64))
    assert "exceeds maximum scans (25)" in capfd.readouterr().err


def test_first_picture_of_a_progressive_mpo_is_read():
    first, second = (Image.fromarray(plain(colour)) for colour in (RED, BLUE))
    mpo = encoded(first, "MPO", save_all=True, append_images=[second], quality=95, progressive=True)
    assert scans_of(mpo) == Scans(10, kept=True)
    assert np.abs(decode(mpo)[8, 8].astype(int) - RED).max() < 8
