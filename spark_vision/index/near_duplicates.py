"""Pictures that stand for several products: the same bytes, or the same to the eye."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from spark_vision.core.errors import PictureError
from spark_vision.index.ranking import Rows, VectorIndex
from spark_vision.index.records import PICTURES, PRODUCTS, row_of
from spark_vision.media.decode import decode
from spark_vision.media.perceptual_hash import PerceptualHash, is_near_duplicate, perceptual_hash
from spark_vision.media.picture_source import PictureSource

# Closer than this by the model, two pictures are worth a look at their pixels.
_SIMILAR = 0.98
_NEIGHBOURS = 6
_MOST_PAIRS = 2_000
_SIDE = 64
_BLOCK = 256

Reference = tuple[str, str]
"""A product id and an image."""


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two products, of different groups, whose pictures are `equal` byte by byte or look so (`near`)."""

    kind: Literal["equal", "near"]
    one: Reference
    other: Reference


class References:
    """Whose picture each row of a version is, as far as lookalikes must know.

    fresh: which products, in the order of their ids, have new or other pictures, (products,) bool.
    """

    def __init__(self, folder: Path, fresh: NDArray[np.bool_]) -> None:
        products = pq.read_table(folder / PRODUCTS, columns=["id", "item_group_id"]).combine_chunks()
        self._ids, groups = products["id"].combine_chunks(), products["item_group_id"].combine_chunks()
        encoded = groups.dictionary_encode()
        self._groups: NDArray[np.int32] = encoded.indices.to_numpy()
        self._no_group: int = pc.index(encoded.dictionary, "").as_py()
        pictures = pq.read_table(folder / PICTURES, columns=["product", "image", "sha256"])
        self._images = pictures["image"]
        self._product_of: NDArray[np.int64] = pictures["product"].to_numpy()
        digests = pictures["sha256"].combine_chunks().dictionary_encode()
        self._bytes: NDArray[np.int32] = digests.indices.to_numpy()  # the same number for the same bytes
        self._fresh = fresh

    def fresh_rows(self) -> Rows:
        """The rows of pictures of fresh products, one for each different picture of a group and one of all
        without a group: what stands for "no picture yet" may be that of thousands, and each of them would be
        compared with all of them.
        """
        rows = np.flatnonzero(self._fresh[self._product_of])
        looks = np.stack([self._bytes[rows], self._groups[self._product_of[rows]]], axis=1)
        _, first = np.unique(looks, axis=0, return_index=True)
        different: Rows = rows[np.sort(first)]
        return different

    def others(self, row: int, rows: Rows) -> Rows:
        """Those of some rows that show other products, of other groups, by other bytes."""
        own, shown = self._product_of[row], self._product_of[rows]
        group = self._groups[own]
        apart = shown != own
        if group != self._no_group:
            apart &= self._groups[shown] != group
        different: Rows = rows[apart & (self._bytes[rows] != self._bytes[row])]
        return different

    def worth_a_look(self, one: str, other: str) -> bool:
        """Whether two products, by their ids, are of different groups, and one of them is fresh."""
        rows = [row_of(self._ids, product_id) for product_id in (one, other)]
        first, second = self._groups[rows]
        return one != other and (first != second or first == self._no_group) and bool(self._fresh[rows].any())

    def reference(self, row: int) -> Reference:
        """The product id and the image of a row."""
        return self._ids[int(self._product_of[row])].as_py(), self._images[row].as_py()


def lookalikes(
    index: VectorIndex, references: References, same: Iterable[list[Reference]], pictures: PictureSource
) -> Iterator[NearDuplicate]:
    """Pairs with a picture of a fresh product in them: all equal ones, then near ones.

    same: references that share their bytes. Near are neighbours by the model that a hash of the pixels
    confirms; the first 2,000 pairs of neighbours are looked at.
    """
    for first, *others in same:
        for other in others:
            if references.worth_a_look(first[0], other[0]):
                yield NearDuplicate("equal", first, other)
    rows = islice(_neighbours(index, references), _MOST_PAIRS)
    pairs = [(references.reference(one), references.reference(other)) for one, other in rows]
    looks = _all_looks(pictures, pairs)
    for own, near in pairs:
        shown, beside = looks.get(own[1]), looks.get(near[1])
        if shown is not None and beside is not None and is_near_duplicate(shown, beside):
            yield NearDuplicate("near", own, near)


def _neighbours(index: VectorIndex, references: References) -> Iterator[tuple[int, int]]:
    """Rows that are close by the model, each pair once."""
    seen: set[tuple[int, int]] = set()
    rows = references.fresh_rows()
    for at in range(0, len(rows), _BLOCK):
        block = rows[at : at + _BLOCK]
        rankings = index.search(index.vectors(block), _NEIGHBOURS)
        for own, (found, similarities) in zip(block.tolist(), rankings, strict=True):
            close = found[similarities >= _SIMILAR]
            if len(close) < 2:  # itself alone
                continue
            for other in references.others(own, close).tolist():
                pair = (own, other) if own < other else (other, own)
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def _all_looks(
    pictures: PictureSource, pairs: Iterable[tuple[Reference, Reference]]
) -> dict[str, PerceptualHash]:
    """Perceptual hashes of all images in some pairs, but of those that are gone since they were indexed."""
    images = list(dict.fromkeys(image for pair in pairs for _, image in pair))
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = pool.map(lambda image: _looks(pictures, image), images)
        return {image: looks for image, looks in zip(images, found, strict=True) if looks is not None}


def _looks(pictures: PictureSource, image: str) -> PerceptualHash | None:
    try:
        return perceptual_hash(decode(pictures.read(image), at_least=_SIDE))
    except PictureError:
        return None
