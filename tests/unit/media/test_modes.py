"""Every mode and format that is read, to the pixels a person would see."""

import struct

import numpy as np
import pytest
from PIL import Image

from spark_vision.media.decode import decode
from tests.fakes import BLUE, GREEN, RED, encoded, plain, smooth

PICTURE = smooth(32, 20)
GRAY = np.arange(32 * 20, dtype=np.uint8).reshape(20, 32)


def as_gray(values: np.ndarray) -> np.ndarray:
    return np.repeat(values[:, :, None], 3, axis=2)


def test_rgb_png_comes_back_as_it_was():
    assert np.array_equal(decode(encoded(PICTURE)), PICTURE)


def test_result_is_uint8_of_three_channels():
    picture = decode(encoded(Image.fromarray(GRAY)))
    assert (picture.dtype, picture.shape) == (np.uint8, (20, 32, 3))


@pytest.mark.parametrize("name", ["BMP", "TIFF", "PNG"])
def test_lossless_formats_keep_every_pixel(name):
    assert np.array_equal(decode(encoded(PICTURE, name)), PICTURE)


def test_lossless_webp_keeps_every_pixel():
    assert np.array_equal(decode(encoded(PICTURE, "WEBP", lossless=True)), PICTURE)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("JPEG", {"quality": 95}),
        ("JPEG", {"quality": 95, "progressive": True}),
        ("WEBP", {"quality": 95}),
        ("AVIF", {"quality": 95}),
    ],
)
def test_lossy_formats_come_close(name, options):
    picture = smooth(64, 48)
    difference = np.abs(decode(encoded(picture, name, **options)).astype(int) - picture)
    assert difference.mean() < 4


def test_gray_is_equal_in_three_channels():
    assert np.array_equal(decode(encoded(Image.fromarray(GRAY))), as_gray(GRAY))


def test_one_bit_is_black_and_white():
    bits = GRAY > 100
    assert np.array_equal(decode(encoded(Image.fromarray(bits))), as_gray(bits * np.uint8(255)))


def test_half_transparent_gray_lies_on_white():
    image = Image.merge("LA", (Image.new("L", (4, 4), 0), Image.new("L", (4, 4), 128)))
    assert np.all(np.abs(decode(encoded(image)).astype(int) - 127) <= 1)


def test_transparent_rgba_lies_on_white_and_opaque_stays():
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, 0] = (*RED, 255)
    expected = plain((255, 255, 255), 2, 2)
    expected[0, 0] = RED
    assert np.array_equal(decode(encoded(Image.fromarray(pixels))), expected)


def test_transparent_palette_entry_is_white():
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, *GREEN])
    image.putdata([0, 1])
    picture = decode(encoded(image, transparency=0))
    assert picture.tolist() == [[[255, 255, 255], list(GREEN)]]


def test_rgb_with_a_transparent_colour_is_white_there():
    picture = plain(GREEN, 2, 1)
    picture[0, 0] = RED
    decoded = decode(encoded(picture, transparency=RED))
    assert decoded.tolist() == [[[255, 255, 255], list(GREEN)]]


def test_strips_of_a_tall_picture_meet_without_a_seam():
    picture = smooth(3, 700)
    pixels = np.dstack([picture, np.full((700, 3), 255, np.uint8)])
    assert np.array_equal(decode(encoded(Image.fromarray(pixels))), picture)


def without_marker(jpeg: bytes, marker: int) -> bytes:
    """A JPEG without one kind of application segment."""
    at, kept = 2, [jpeg[:2]]
    while jpeg[at + 1] != 0xDA:
        (length,) = struct.unpack(">H", jpeg[at + 2 : at + 4])
        if jpeg[at + 1] != marker:
            kept.append(jpeg[at : at + 2 + length])
        at += 2 + length
    return b"".join([*kept, jpeg[at:]])


CYAN_INK = Image.new("CMYK", (16, 16), (255, 0, 0, 0))


def test_adobe_cmyk_jpeg_is_turned_over():
    assert np.abs(decode(encoded(CYAN_INK, "JPEG", quality=95))[8, 8].astype(int) - (0, 255, 255)).max() < 8


def test_cmyk_jpeg_without_adobes_mark_is_read_by_the_same_convention():
    marked = encoded(CYAN_INK, "JPEG", quality=95)
    assert np.array_equal(decode(without_marker(marked, 0xEE)), decode(marked))


def test_cmyk_tiff_becomes_rgb():
    assert decode(encoded(CYAN_INK, "TIFF"))[0, 0].tolist() == [0, 255, 255]


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_sixteen_bit_gray_keeps_its_upper_half(name):
    deep = (np.arange(16, dtype=np.uint16).reshape(4, 4) * 4096) + 77
    expected = as_gray((deep >> 8).astype(np.uint8))
    assert np.array_equal(decode(encoded(Image.fromarray(deep), name)), expected)


def test_big_endian_sixteen_bit_tiff_keeps_its_upper_half():
    deep = np.arange(16, dtype=">u2").reshape(4, 4) * 4096
    tiff = encoded(Image.fromarray(deep.astype(">u2")), "TIFF")
    assert decode(tiff)[3, 3, 0] == 240


def test_floating_point_tiff_of_shares_fills_the_range():
    shares = np.linspace(0, 1, 4, dtype=np.float32).reshape(2, 2)
    assert decode(encoded(Image.fromarray(shares), "TIFF"))[:, :, 0].ravel().tolist() == [0, 85, 170, 255]


@pytest.mark.parametrize(("kind", "brightest", "dark"), [(np.int32, 65535, 2), (np.float32, 200, 100)])
def test_the_range_of_numbers_is_that_of_the_whole_picture_not_of_its_strips(kind, brightest, dark):
    values = np.full((600, 2), dark * 256 if kind is np.int32 else dark, kind)
    values[-1] = brightest
    gray = decode(encoded(Image.fromarray(values), "TIFF"))[:, :, 0]
    assert (gray[0] == dark).all()
    assert gray[-1, 0] == min(brightest, 255)


@pytest.mark.parametrize(
    ("name", "options"), [("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {}), ("TIFF", {})]
)
def test_first_frame_of_many_is_taken(name, options):
    first, *rest = (Image.fromarray(plain(colour)) for colour in (RED, GREEN, BLUE))
    animated = encoded(first, name, save_all=True, append_images=rest, **options)
    assert np.array_equal(decode(animated), plain(RED))


def test_first_picture_of_an_mpo_is_taken():
    first, second = (Image.fromarray(plain(colour)) for colour in (RED, BLUE))
    mpo = encoded(first, "MPO", save_all=True, append_images=[second], quality=95)
    assert np.abs(decode(mpo)[8, 8].astype(int) - RED).max() < 8


def test_comments_of_megabytes_do_not_matter():
    picture = encoded(PICTURE, "JPEG", quality=95)
    comment = b"\xff\xfe" + struct.pack(">H", 65535) + bytes(65533)
    padded = picture[:2] + comment * 46 + picture[2:]
    assert np.array_equal(decode(padded), decode(picture))


def test_junk_colour_profile_does_not_matter():
    assert np.array_equal(decode(encoded(PICTURE, icc_profile=b"junk" * 50)), PICTURE)


def test_name_plays_no_part_in_what_bytes_are():
    assert np.array_equal(decode(encoded(PICTURE, "TIFF")), decode(encoded(PICTURE, "BMP")))


def test_jpeg_that_is_a_zip_too_is_a_jpeg():
    jpeg = encoded(PICTURE, "JPEG")
    assert np.array_equal(decode(jpeg + b"PK\x05\x06" + bytes(18)), decode(jpeg))
