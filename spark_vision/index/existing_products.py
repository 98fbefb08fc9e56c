"""A version's products one by one, in the order of their ids, so that memory does not grow with it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from spark_vision.core.product import Product
from spark_vision.index.embedding_cache import EmbeddingCache
from spark_vision.index.engines.faiss.kinds import read_index
from spark_vision.index.manifest import Manifest
from spark_vision.index.records import PICTURES, PRODUCTS, product_of


@dataclass(frozen=True, slots=True)
class _Group:
    """Products that were written together, with their pictures."""

    products: Any
    pictures: Any
    product_of: NDArray[np.int64]
    first_product: int
    first_picture: int


@dataclass(frozen=True, slots=True)
class ExistingProduct:
    """A product of a version; its fields and pictures are read when they are asked for.

    digest: see product_digest.
    """

    id: str
    digest: bytes
    _group: _Group
    _row: int

    @property
    def product(self) -> Product:
        """The product, with the pictures that are in the version."""
        (record,) = self._group.products.slice(self._row, 1).to_pylist()
        return product_of(record, tuple(image for image, _ in self.pictures))

    @property
    def pictures(self) -> list[tuple[str, str]]:
        """Its images with the SHA-256 of each."""
        start, end = self._span
        rows = self._group.pictures.slice(start, end - start)
        return list(zip(rows["image"].to_pylist(), rows["sha256"].to_pylist(), strict=True))

    @property
    def rows(self) -> range:
        """The rows of its pictures in the version's index."""
        start, end = self._span
        return range(self._group.first_picture + start, self._group.first_picture + end)

    @property
    def _span(self) -> tuple[int, int]:
        number = self._group.first_product + self._row
        start, end = self._group.product_of.searchsorted([number, number + 1])
        return int(start), int(end)


def iter_existing_products(folder: Path) -> Iterator[ExistingProduct]:
    """All products of a version's folder, a group of some ten thousand pictures at a time."""
    for group in _groups(folder):
        ids, digests = group.products["id"].to_pylist(), group.products["digest"].to_pylist()
        for row, (product_id, digest) in enumerate(zip(ids, digests, strict=True)):
            yield ExistingProduct(product_id, digest, group, row)


def _groups(folder: Path) -> Iterator[_Group]:
    # RecordWriter begins a group in both files at once.
    with pq.ParquetFile(folder / PRODUCTS) as products, pq.ParquetFile(folder / PICTURES) as pictures:
        first_product = first_picture = 0
        for number in range(products.num_row_groups):
            product_rows, picture_rows = products.read_row_group(number), pictures.read_row_group(number)
            product_of_row = picture_rows["product"].to_numpy()
            yield _Group(product_rows, picture_rows, product_of_row, first_product, first_picture)
            first_product += product_rows.num_rows
            first_picture += picture_rows.num_rows


def shared_products(one: Path, other: Path) -> float:
    """Return the share, 0..1, of the products of two versions together that both have."""
    first, second = (set(_ids(folder)) for folder in (one, other))
    return len(first & second) / max(len(first | second), 1)


def _ids(folder: Path) -> list[str]:
    with pq.ParquetFile(folder / PRODUCTS) as file:
        ids: list[str] = file.read(columns=["id"])["id"].to_pylist()
    return ids


def remember_embeddings(folder: Path, manifest: Manifest, cache_folder: Path) -> None:
    """Have all embeddings of a version in the cache: it may have been deleted since."""
    index = read_index(folder, manifest)
    with closing(EmbeddingCache(cache_folder, manifest.content.encoder)) as cache:
        for held in iter_existing_products(folder):
            digests = [digest for _, digest in held.pictures]
            if any(cache.get(digest) is None for digest in digests):
                cache.put(digests, index.vectors(np.array(held.rows)))
