"""How much memory decoding takes, told by the header."""

import pytest
from PIL import Image

from spark_vision.media.decode import open_picture
from tests.fakes import encoded

SIDE = 512
PIXELS = SIDE * SIDE
RGB, CMYK, GRAY = (Image.new(mode, (SIDE, SIDE)) for mode in ("RGB", "CMYK", "L"))
FULL = {"progressive": True, "subsampling": 0}


def cost(data: bytes, at_least: int | None = None) -> float:
    """Bytes a pixel of the whole picture."""
    return open_picture(data, at_least=at_least).cost * 7 / PIXELS


@pytest.mark.parametrize(
    ("name", "bytes_a_pixel"), [("PNG", 7), ("GIF", 7), ("BMP", 7), ("JPEG", 7), ("WEBP", 16), ("AVIF", 12)]
)
def test_formats_take_what_their_decoders_hold(name, bytes_a_pixel):
    assert cost(encoded(RGB, name)) == pytest.approx(bytes_a_pixel, abs=0.001)


def test_jpegs_of_one_scan_take_the_size_that_they_are_decoded_at():
    assert cost(encoded(RGB, "JPEG"), SIDE // 2) == pytest.approx(7 / 4, abs=0.001)


@pytest.mark.parametrize(
    ("image", "options", "kept"),
    [
        (GRAY, {"progressive": True}, 2),
        (RGB, {"progressive": True}, 3),  # colours at half of the sides
        (RGB, FULL, 6),
        (CMYK, FULL, 8),
    ],
)
def test_jpegs_of_several_scans_take_their_coefficients_at_any_size(image, options, kept):
    data = encoded(image, "JPEG", **options)
    assert cost(data) == pytest.approx(max(kept + 4, 7), abs=0.001)
    assert cost(data, SIDE // 8) == pytest.approx(kept + 4 / 64, abs=0.001)


def test_colours_in_a_scan_each_are_kept_as_those_of_progressive_jpegs_are():
    data = encoded(RGB, "JPEG", subsampling=0)
    at = data.index(b"\xff\xda")
    first_alone = data[: at + 2] + b"\0\x08\1\1\0\0\x3f\0" + data[at + 14 :]
    assert cost(first_alone, SIDE // 8) == pytest.approx(6 + 4 / 64, abs=0.001)
