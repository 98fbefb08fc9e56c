"""Small JPEGs of catalogue pictures, named by what they are made from."""

from dataclasses import dataclass

from spark_vision.core.ids import content_digest
from spark_vision.media.decode import decode
from spark_vision.media.encode import jpeg, thumbnail

# Changes with the way that thumbnails are made, so that no cache keeps old ones.
_RECIPE = "1"


@dataclass(frozen=True)
class Thumbnail:
    """A JPEG with its ETag; no data where the client has it already."""

    tag: str
    data: bytes | None


def picture_tag(source: bytes, size: int) -> str:
    """The ETag of a picture's thumbnail: known before the picture is decoded."""
    return f'"{content_digest(source)[:32]}-{size}-{_RECIPE}"'


def make_thumbnail(source: bytes, size: int, tag: str) -> Thumbnail:
    """Decode no larger than need be, and encode again; raises PictureError's children."""
    return Thumbnail(tag, jpeg(thumbnail(decode(source, at_least=size), size)))
