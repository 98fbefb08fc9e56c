"""Photos that people reported: each with what a viewer expects of it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spark_vision.core.errors import PictureDamagedError, PictureFormatError
from spark_vision.media import formats
from spark_vision.media.decode import decode
from tests.fakes import encoded, smooth

CASES = Path(__file__).parents[2] / "cases" / "photos"
BASE = decode((CASES / "base.jpg").read_bytes())


def test_orientation_in_xmp_does_not_turn_a_photo() -> None:
    assert np.array_equal(decode((CASES / "xmp6_upright.jpg").read_bytes()), BASE)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 4}])
@pytest.mark.parametrize("missing", [1, 2])
def test_a_missing_end_marker_is_forgiven(options: dict[str, object], missing: int) -> None:
    whole = encoded(smooth(80, 50), "JPEG", **options)
    assert np.array_equal(decode(whole[:-missing]), decode(whole))


def test_a_thumbnail_with_an_end_marker_changes_nothing() -> None:
    thumbnail = encoded(smooth(16, 10), "JPEG")
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    whole = encoded(smooth(80, 50), "JPEG")
    whole = whole[:2] + segment + whole[2:]
    assert np.array_equal(decode(whole[:-2]), decode(whole))


def test_the_reported_photo_without_an_end_marker_is_read() -> None:
    assert np.array_equal(decode((CASES / "noeoi.jpg").read_bytes()), BASE)


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.98])
def test_a_photo_that_is_cut_off_stays_refused(options: dict[str, object], share: float) -> None:
    whole = encoded(BASE, "JPEG", **options)
    with pytest.raises(PictureDamagedError):
        decode(whole[: int(len(whole) * share)])


def test_a_raw_file_is_refused_by_name_and_never_read_as_its_thumbnail() -> None:
    with pytest.raises(PictureFormatError, match=r"raw file.*Export the photo as JPEG"):
        decode((CASES / "raw.dng").read_bytes())


@pytest.mark.parametrize(
    "start", [b"FUJIFILMCCD-RAW 0201", b"IIRO\x08\0\0\0", b"IIU\0\x18\0\0\0", b"\0\0\0\x18ftypcrx "]
)
def test_other_raw_files_are_refused_by_name(start: bytes) -> None:
    with pytest.raises(PictureFormatError, match="raw file"):
        decode(start.ljust(400, b"\0"))


def test_heic_is_refused_by_name_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "FORMATS", [name for name in formats.FORMATS if name != "HEIF"])
    error = formats.unidentified((CASES / "fmt.heic").read_bytes())
    assert isinstance(error, PictureFormatError)
    assert "HEIC" in error.message
    assert "Most Compatible" in error.message


def test_heic_is_read_with_the_extra() -> None:
    pytest.importorskip("pillow_heif")
    assert np.abs(decode((CASES / "fmt.heic").read_bytes()).astype(int) - BASE).mean() < 4


def test_the_transparent_value_of_16_bit_gray_is_white() -> None:
    stored = np.asarray(Image.open(CASES / "gray16_trns.png"))
    picture = decode((CASES / "gray16_trns.png").read_bytes())
    assert (picture[stored == 0] == 255).all()
    assert (picture[..., 0][stored > 0] == stored[stored > 0] >> 8).all()


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.0, 4000.0), (-3.0, 1.0), (0.0, 1e9)])
def test_floating_point_pictures_span_their_range(low: float, high: float) -> None:
    values = np.linspace(low, high, 64, dtype=np.float32).reshape(8, 8)
    gray = decode(encoded(Image.fromarray(values), "TIFF"))[..., 0].ravel().astype(int)
    assert abs(gray[0]) <= 1
    assert abs(gray[-1] - 255) <= 1
    assert len(set(gray.tolist())) == 64


def test_the_reported_floating_point_file_keeps_its_tones() -> None:
    stored = np.asarray(Image.open(CASES / "float.tif"))
    picture = decode((CASES / "float.tif").read_bytes())[..., 0]
    assert np.abs(picture - stored * 255.0).max() <= 1


def test_32_bit_integers_beyond_16_bits_are_scaled() -> None:
    values = np.linspace(0, 10_000_000, 64).astype(np.int32).reshape(8, 8)
    gray = decode(encoded(Image.fromarray(values), "TIFF"))[..., 0]
    assert (gray[0, 0], gray[-1, -1]) == (0, 255)
    assert len(np.unique(gray)) == 64
