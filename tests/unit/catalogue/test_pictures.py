"""Where a feed's pictures are looked for."""

import pytest

from spark_vision.catalogue.pictures import LocalPictures
from spark_vision.core.errors import PictureNotFoundError, PictureTooLargeError
from spark_vision.media.limits import PictureLimits


def test_path_is_relative_to_the_feed(tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "à b.jpg").write_bytes(b"picture")
    assert LocalPictures(tmp_path).read("pictures/à b.jpg") == b"picture"


def test_absolute_path_and_file_address_are_read(tmp_path):
    path = tmp_path / "a b#1.jpg"
    path.write_bytes(b"picture")
    pictures = LocalPictures(tmp_path / "elsewhere")
    assert pictures.read(str(path)) == b"picture"
    assert pictures.read(f"file://{tmp_path}/a%20b%231.jpg") == b"picture"


@pytest.mark.parametrize(
    "image", ["http://shop.example/a.jpg", "HTTPS://x/a.jpg", "ftp://x/a.jpg", "http://[::1"]
)
def test_address_on_the_net_is_refused_with_what_to_do(tmp_path, image):
    with pytest.raises(PictureNotFoundError, match="name a path relative to the feed, or an http"):
        LocalPictures(tmp_path).read(image)


@pytest.mark.parametrize(
    "image",
    ["absent.jpg", "nul\0.jpg", "file:///nul%00.jpg", "x" * 4096, "data:image/png;base64,xx", "://x", "."],
)
def test_what_is_not_there_is_not_found(tmp_path, image):
    with pytest.raises(PictureNotFoundError, match="cannot be read"):
        LocalPictures(tmp_path).read(image)


def test_bound_of_bytes_holds(tmp_path):
    (tmp_path / "a.jpg").write_bytes(bytes(11))
    with pytest.raises(PictureTooLargeError, match=r"a\.jpg"):
        LocalPictures(tmp_path, PictureLimits(max_bytes=10)).read("a.jpg")
