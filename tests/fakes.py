"""Pictures, feeds and doubles that tests are made of."""

import csv
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spark_vision.catalogue.read import open_source
from spark_vision.core.decision import Decision
from spark_vision.core.embedding import Embeddings, EncoderSpec, Picture, unit_length
from spark_vision.core.product import Product
from spark_vision.core.suggestion import Match
from spark_vision.database.store import UnitOfWork
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.build import BuildInput, BuildReport, build_version
from spark_vision.index.versions import VersionStore

RED, GREEN, BLUE = (220, 30, 30), (30, 160, 50), (40, 70, 220)


def plain(colour: tuple[int, int, int], width: int = 24, height: int = 16) -> Picture:
    """A picture of one colour."""
    return np.broadcast_to(np.array(colour, np.uint8), (height, width, 3)).copy()


def noise(seed: int, width: int = 24, height: int = 16) -> Picture:
    """A picture like no other seed's."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def smooth(width: int, height: int) -> Picture:
    """A picture of gradients, which survives lossy formats."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([x, y, 255 - x], axis=2).astype(np.uint8)


def encoded(picture: Picture | Image.Image, name: str = "PNG", **options: Any) -> bytes:
    """The bytes of a picture in one of Pillow's formats."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    out = BytesIO()
    image.save(out, name, **options)
    return out.getvalue()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG, with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def handmade_png(size: tuple[int, int], pixels: bytes = b"", extra: bytes = b"") -> bytes:
    """A PNG of 8-bit RGB that may claim any size; `pixels` with a filter byte before each row."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    body = png_chunk(b"IDAT", zlib.compress(pixels)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + extra + body


def write_feed(path: Path, rows: Sequence[dict[str, str]], delimiter: str = ",") -> Path:
    """Write rows by their columns; the columns are those of all rows together."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


class Shelf:
    """A shop's feed and its pictures, put together one product at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[dict[str, str]] = []
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, product_id: str, *pictures: Picture | bytes, **fields: str) -> None:
        """A product with its pictures, each a file; bytes are written as they are."""
        names = [f"{product_id}-{number}.png" for number in range(len(pictures))]
        for name, picture in zip(names, pictures, strict=True):
            self.write(name, picture)
        row = {"id": product_id, "title": f"Title of {product_id}", "image_link": names[0] if names else ""}
        self.rows.append({**row, "additional_image_link": ",".join(names[1:]), **fields})

    def write(self, name: str, picture: Picture | bytes) -> Path:
        """A picture's file."""
        path = self.folder / name
        path.write_bytes(picture if isinstance(picture, bytes) else encoded(picture))
        return path

    def fill(self, products: int, first: int = 0) -> None:
        """Products p000, p001, ... with a picture of their own each."""
        for number in range(first, first + products):
            self.add(f"p{number:03}", noise(number))

    @property
    def feed(self) -> Path:
        """The feed's file, as the products stand now."""
        return write_feed(self.folder / "catalogue.csv", self.rows)


def build(store: VersionStore, feed: Path, encoder: Encoder) -> BuildReport:
    """Build a version from a feed."""
    source = open_source(feed)
    return build_version(store, BuildInput(str(source.path), source.rows(), source.pictures(), encoder))


class BrokenOffError(Exception):
    """What FailingEncoder raises."""


class FailingEncoder(FakeEncoder):
    """Raises once so many pictures were asked for, as a machine that goes down would."""

    def __init__(self, after: int) -> None:
        super().__init__(batch_size=4)
        self._after = after

    def forward(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        if self.pictures_encoded + len(prepared) > self._after:
            raise BrokenOffError
        return super().forward(prepared)


def exact_ranking(vectors: Embeddings, query: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
    """The definition of search: inner products in float64 as float32, biggest first, ties by row."""
    products = [
        np.float32(np.einsum("i,i->", vector.astype(np.float64), query.astype(np.float64)))
        for vector in vectors
    ]
    ranked = sorted(range(len(vectors)), key=lambda row: (-products[row], row))[:k]
    return [(row, float(products[row])) for row in ranked]


def random_vectors(seed: int, count: int, dimension: int) -> Embeddings:
    """Seeded unit vectors."""
    return unit_length(np.random.default_rng(seed).standard_normal((count, dimension)))


@dataclass(frozen=True)
class ArrayGallery:
    """A gallery of vectors in memory, searched by the definition; `owners`: a product id a row."""

    encoder: EncoderSpec
    vectors: Embeddings
    owners: tuple[str, ...]
    version: str = "in-memory"

    def __len__(self) -> int:
        return len(self.vectors)

    def search(self, queries: Embeddings, k: int) -> list[list[Match]]:
        return [
            [
                Match(row, self.owners[row], f"{row}.png", similarity)
                for row, similarity in exact_ranking(self.vectors, query, k)
            ]
            for query in queries
        ]

    def search_products(self, queries: Embeddings, k: int) -> list[list[Match]]:
        return [self._first_of_each(matches)[:k] for matches in self.search(queries, len(self))]

    @staticmethod
    def _first_of_each(matches: list[Match]) -> list[Match]:
        first: dict[str, Match] = {}
        for match in matches:
            first.setdefault(match.product_id, match)
        return sorted(first.values(), key=lambda match: (-match.similarity, match.product_id))

    def product(self, product_id: str) -> Product:
        return Product(product_id, f"Title of {product_id}", (f"{product_id}.png",))


def best_match_per_product(matches: Iterable[Match]) -> list[Match]:
    """Pooling as it is defined, for holding a gallery against: the best match of each product, highest
    similarity first, ties by product id.

    A product's similarity is that of its closest reference image (max pooling).
    """
    best: dict[str, Match] = {}
    for match in matches:
        held = best.get(match.product_id)
        if held is None or (-match.similarity, match.row) < (-held.similarity, held.row):
            best[match.product_id] = match
    return sorted(best.values(), key=lambda match: (-match.similarity, match.product_id))


class NoLearner:
    """A Learner that leaves it at the log."""

    def decided(self, work: UnitOfWork, decision: Decision) -> None:
        """Nothing."""

    def moved(self, work: UnitOfWork, decision: Decision, first: str) -> None:
        """Nothing."""

    def withdrawn(self, work: UnitOfWork, decision: Decision) -> None:
        """Nothing."""

    def shown(self, work: UnitOfWork, post_id: str) -> None:
        """Nothing."""

    def forgotten(self, work: UnitOfWork, post_id: str) -> None:
        """Nothing."""
