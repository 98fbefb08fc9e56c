from pathlib import Path

import pytest
from PIL import Image

from spark_vision.core.errors import PictureFormatError, PictureNotFoundError
from spark_vision.media.files import picture_size, read_picture


@pytest.mark.parametrize("orientation", [1, 3, 4, 5, 6, 8])
def test_the_size_is_that_of_the_upright_picture(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a.jpg"
    Image.new("RGB", (30, 20)).save(path, exif=exif)
    height, width, _ = read_picture(path).shape
    assert picture_size(path) == (width, height)


def test_what_is_no_picture_has_no_size(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("<html>")
    with pytest.raises(PictureFormatError, match=r"a\.jpg"):
        picture_size(tmp_path / "a.jpg")
    with pytest.raises(PictureNotFoundError, match=r"b\.jpg"):
        picture_size(tmp_path / "b.jpg")
