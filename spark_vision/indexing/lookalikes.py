"""Pictures that stand for several products: the same bytes, or the same to the eye."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from spark_vision.errors import PictureError
from spark_vision.imaging.alike import looks_alike
from spark_vision.imaging.decode import decode
from spark_vision.indexing.gallery import FaissGallery
from spark_vision.ports import PictureSource

# Closer than this by the model, two pictures are worth a look at their pixels.
_SIMILAR = 0.98
_NEIGHBOURS = 6
_MOST_ROWS = 20_000
_MOST_PAIRS = 200
_SIDE = 64
_BLOCK = 256

Reference = tuple[str, str]
"""A product id and an image."""


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Two products, of different groups, whose pictures are `equal` byte by byte or look so (`near`)."""

    kind: Literal["equal", "near"]
    one: Reference
    other: Reference


def lookalikes(
    gallery: FaissGallery, fresh: set[str], same: list[list[Reference]], pictures: PictureSource
) -> list[Lookalike]:
    """Pairs with a picture of a fresh product in them: all equal ones, and near ones among the first.

    same: references that share their bytes. Near are neighbours by the model that a hash of the pixels
    confirms; the first 20,000 fresh pictures are looked at, and the first 200 pairs of neighbours.
    """
    equal = [
        Lookalike("equal", first, other)
        for first, *others in same
        for other in others
        if {first[0], other[0]} & fresh and _apart(gallery, first, other)
    ]
    known = {frozenset((pair.one, pair.other)) for pair in equal}
    near = (pair for pair in _neighbours(gallery, fresh) if frozenset((pair.one, pair.other)) not in known)
    return equal + [pair for pair in islice(near, _MOST_PAIRS) if _confirmed(pair, pictures)]


def _apart(gallery: FaissGallery, one: Reference, other: Reference) -> bool:
    """Whether they are of different products that are no variants of each other."""
    groups = {gallery.product(product_id).item_group_id for product_id, _ in (one, other)}
    return one[0] != other[0] and (len(groups) == 2 or groups == {""})


def _neighbours(gallery: FaissGallery, fresh: set[str]) -> Iterator[Lookalike]:
    seen: set[frozenset[Reference]] = set()
    rows = gallery.rows_of(fresh)[:_MOST_ROWS]
    for at in range(0, len(rows), _BLOCK):
        block = rows[at : at + _BLOCK]
        matches = gallery.search(gallery.vectors(block), _NEIGHBOURS)
        for own, found in zip(gallery.references(block), matches, strict=True):
            for match in found:
                other = (match.product_id, match.reference_image)
                pair = frozenset((own, other))
                if match.similarity >= _SIMILAR and pair not in seen and _apart(gallery, own, other):
                    seen.add(pair)
                    yield Lookalike("near", own, other)


def _confirmed(pair: Lookalike, pictures: PictureSource) -> bool:
    try:
        one, other = (decode(pictures.read(image), at_least=_SIDE) for _, image in (pair.one, pair.other))
    except PictureError:  # gone since it was indexed
        return False
    return looks_alike(one, other)
