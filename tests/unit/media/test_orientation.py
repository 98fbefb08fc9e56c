"""Which side is up: EXIF orientations, and EXIF that says nothing."""

import numpy as np
import pytest
from PIL import Image

from spark_vision.media.decode import decode
from tests.fakes import encoded, smooth

UPRIGHT = np.zeros((16, 32, 3), np.uint8)
UPRIGHT[:8, :16] = (255, 0, 0)  # top left
UPRIGHT[:8, 16:] = (0, 255, 0)  # top right
UPRIGHT[8:, :16] = (0, 0, 255)  # bottom left
UPRIGHT[8:, 16:] = (255, 255, 255)  # bottom right


def lying(upright: np.ndarray) -> dict[int, np.ndarray]:
    """How the stored picture lies for each orientation, by the EXIF specification (row 0 and column 0)."""
    turned = upright.transpose(1, 0, 2)
    return {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: turned,
        6: turned[::-1],
        7: turned[::-1, ::-1],
        8: turned[:, ::-1],
    }


STORED = lying(UPRIGHT)


def exif_of(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize(
    ("name", "options"), [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True}), ("JPEG", {"quality": 95})]
)
def test_every_orientation_comes_out_upright(name, options, orientation):
    stored = np.ascontiguousarray(STORED[orientation])
    picture = decode(encoded(stored, name, exif=exif_of(orientation), **options))
    assert picture.shape == UPRIGHT.shape
    for row, column in ((1, 1), (1, -2), (-2, 1), (-2, -2)):  # each corner
        assert np.abs(picture[row, column].astype(int) - UPRIGHT[row, column]).max() < 12


@pytest.mark.parametrize("orientation", STORED)
def test_strips_of_a_big_picture_meet_without_a_seam_however_it_is_turned(orientation):
    picture = smooth(300, 700)
    stored = np.ascontiguousarray(lying(picture)[orientation])
    assert np.array_equal(decode(encoded(stored, exif=exif_of(orientation))), picture)


def test_draft_of_a_turned_jpeg_is_upright():
    stored = np.ascontiguousarray(STORED[6].repeat(16, axis=0).repeat(16, axis=1))
    picture = decode(encoded(stored, "JPEG", exif=exif_of(6)), at_least=64)
    assert picture.shape == (64, 128, 3)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_orientation_that_does_not_exist_turns_nothing(orientation):
    assert np.array_equal(decode(encoded(UPRIGHT, exif=exif_of(orientation))), UPRIGHT)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40,
        b"Exif\0\0junk" * 20,
    ],
)
def test_malformed_exif_leaves_the_pixels_as_they_are(exif):
    picture = smooth(32, 16)
    with_exif = encoded(picture, "JPEG", quality=95, exif=exif)
    assert np.array_equal(decode(with_exif), decode(encoded(picture, "JPEG", quality=95)))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_orientation_counts_where_the_rest_of_exif_is_malformed():
    entries = b"\x12\x01\x03\0\x01\0\0\0\x03\0\0\0" + b"\x0f\x01\x02\0\xff\xff\0\0\xff\xff\xff\x7f"
    exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0" + entries + bytes(4)
    picture = decode(encoded(np.ascontiguousarray(STORED[3]), "JPEG", quality=95, exif=exif))
    assert np.abs(picture[1, 1].astype(int) - UPRIGHT[1, 1]).max() < 12
