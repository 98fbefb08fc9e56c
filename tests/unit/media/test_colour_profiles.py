"""Embedded colour profiles: whatever space a picture is stored in, its pixels come out in sRGB."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from spark_vision.media.decode import decode
from spark_vision.media.sanitise import sanitise_photo
from tests.fakes import encoded, smooth
from tests.icc import SPACES, gray_profile, rgb_profile

CASES = Path(__file__).parents[2] / "cases" / "photos"
FORMATS = {
    "PNG": {},
    "TIFF": {},
    "JPEG": {"quality": 98, "subsampling": 0},
    "WEBP": {"lossless": True},
    "AVIF": {"quality": 100},
}
# Inside every gamut, so that no colour is clipped on the way there and back.
PICTURE = (60 + smooth(48, 40).astype(np.float32) * 0.5).astype(np.uint8)


def stored(profile: bytes, name: str = "PNG", mode: str = "RGB", **options: object) -> bytes:
    """Return PICTURE as a file whose pixels lie in the space of a profile, which is embedded."""
    target = ImageCms.ImageCmsProfile(BytesIO(profile))
    source = Image.fromarray(PICTURE)
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    image = ImageCms.profileToProfile(
        source, ImageCms.createProfile("sRGB"), target, intent, outputMode=mode, flags=flags
    )
    return encoded(image, name, icc_profile=profile, **options)


def distance(left: np.ndarray, right: np.ndarray) -> float:
    return float(np.abs(left.astype(int) - right).mean())


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("space", SPACES)
def test_pictures_of_other_spaces_come_out_in_srgb(space: str, name: str) -> None:
    data = stored(rgb_profile(space), name, **FORMATS[name])
    untouched = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    assert distance(decode(data), PICTURE) < 2
    assert distance(untouched, PICTURE) > 3  # so that the test can fail


def test_a_display_p3_photo_looks_like_its_srgb_original() -> None:
    converted, original = (decode((CASES / name).read_bytes()) for name in ("p3.jpg", "base.jpg"))
    assert distance(converted, original) < 1


def test_stored_copies_hold_converted_pixels_and_no_profile() -> None:
    photo = sanitise_photo(stored(rgb_profile("ProPhoto")))
    kept = Image.open(BytesIO(photo.files[photo.photo.width]))
    assert "icc_profile" not in kept.info
    assert distance(np.asarray(kept), PICTURE) < 3


def test_gray_profiles_are_converted() -> None:
    linear = Image.fromarray(np.linspace(0, 255, 64, dtype=np.uint8).reshape(8, 8))
    picture = decode(encoded(linear, icc_profile=gray_profile(1.0)))
    assert picture[4, 0, 0] > 170  # linear light of one half
    assert (picture[..., 0] == picture[..., 2]).all()


def test_transparency_survives_the_conversion() -> None:
    image = Image.open(BytesIO(stored(rgb_profile("Adobe RGB"))))
    profile = image.info["icc_profile"]
    image.putalpha(Image.fromarray(np.where(np.arange(48) < 24, 0, 255).astype(np.uint8)[None].repeat(40, 0)))
    picture = decode(encoded(image, icc_profile=profile))
    assert (picture[:, :24] == 255).all()
    assert distance(picture[:, 24:], PICTURE[:, 24:]) < 2


def test_a_srgb_profile_leaves_every_pixel_alone() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(decode(encoded(PICTURE, icc_profile=profile)), PICTURE)


@pytest.mark.parametrize(
    "profile",
    [
        b"junk",
        rgb_profile("ProPhoto")[:200],
        gray_profile(1.0),  # of another kind than the picture
        rgb_profile("ProPhoto") + b"\0" * 5 * 2**20,  # too large
    ],
    ids=["junk", "cut", "gray", "large"],
)
def test_an_unusable_profile_is_ignored(profile: bytes) -> None:
    assert np.array_equal(decode(encoded(PICTURE, "TIFF", icc_profile=profile)), PICTURE)
