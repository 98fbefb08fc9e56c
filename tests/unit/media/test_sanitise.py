"""Photos as they are kept."""

from io import BytesIO

import pytest
from PIL import Image

from spark_vision.core.ids import content_digest
from spark_vision.media.sanitise import MAX_SIDE, sanitise_photo
from tests.fakes import encoded, smooth


def test_the_same_bytes_give_the_same_photo() -> None:
    data = encoded(smooth(900, 600), "JPEG")
    first, second = sanitise_photo(data), sanitise_photo(data)
    assert first == second
    assert first.photo.digest == content_digest(first.files[900])


@pytest.mark.parametrize(
    ("size", "kept", "widths"),
    [
        ((3000, 1500), (2048, 1024), (320, 640, 1280)),
        ((1500, 3000), (1024, 2048), (320, 640)),
        ((640, 10), (640, 10), (320,)),
        ((320, 320), (320, 320), ()),
        ((1, 1), (1, 1), ()),
        ((9000, 2), (2048, 1), (320, 640, 1280)),
        ((2, 9000), (1, 2048), ()),
    ],
)
def test_sides_are_bounded_and_copies_are_smaller(
    size: tuple[int, int], kept: tuple[int, int], widths: tuple[int, ...]
) -> None:
    clean = sanitise_photo(encoded(smooth(*size)))
    assert ((clean.photo.width, clean.photo.height), clean.photo.widths) == (kept, widths)
    assert max(kept) <= MAX_SIDE
    assert set(clean.files) == {*widths, kept[0]}
    for width, data in clean.files.items():
        with Image.open(BytesIO(data)) as image:
            assert (image.format, image.width) == ("JPEG", width)
            assert image.height == max(round(kept[1] * width / kept[0]), 1)
