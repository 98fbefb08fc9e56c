"""Where points are when a photo is shown as a square: what `object-fit: cover` cuts off, worked out."""

from collections.abc import Iterator

from spark_vision_api.v1.posts.schemas import PostOut, TagOut

# A point closer to the edge than this would be cut by it.
_EDGE = 0.04


def points(post: PostOut, square: bool = True) -> Iterator[tuple[TagOut, float, float]]:
    """Tags whose products are on the shelf, each with its place in percent of what is shown of the photo."""
    wide = post.photo.width / post.photo.height
    for tag in post.tags:
        x, y = (_cut(tag.x, wide), _cut(tag.y, 1 / wide)) if square else (tag.x, tag.y)
        inside = not square or all(_EDGE <= place <= 1 - _EDGE for place in (x, y))
        if tag.product is not None and inside:
            yield tag, round(x * 100, 2), round(y * 100, 2)


def _cut(share: float, ratio: float) -> float:
    """A share of a side that is `ratio` times as long as what is shown of it.

    >>> _cut(0.75, 2.0), _cut(0.75, 0.5)
    (1.0, 0.75)
    """
    return 0.5 + (share - 0.5) * max(ratio, 1.0)
