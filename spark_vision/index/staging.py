"""A build's own desk: products and pictures on disk, so that memory stays flat however long the feed.

A temporary SQLite file puts the rows in the order of the index (product id, position of the picture),
and finds ids that stand twice. Embeddings are not in here, but in the cache, by digest.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from operator import itemgetter
from pathlib import Path

from spark_vision.core.product import Product
from spark_vision.index.records import product_digest, product_json, product_of

_TABLES = """
create table product (id text primary key, line integer, record blob not null) without rowid;
create table picture (
    product_id text not null, position integer not null, image text not null,
    digest text, primary key (product_id, position)
) without rowid;
"""
_ADD_PRODUCT = "insert into product values (?, ?, ?) on conflict do nothing"
_ADD_PICTURE = "insert into picture values (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class StagedPicture:
    """A picture that waits for its embedding."""

    product_id: str
    position: int
    image: str
    line: int | None


@dataclass(frozen=True, slots=True)
class StagedProduct:
    """A product with the pictures that could be used, and the digests of their bytes, in order.

    record: all its other fields (see product_json).
    """

    id: str
    record: bytes
    images: tuple[str, ...]
    digests: tuple[str, ...]

    @property
    def product(self) -> Product:
        """The product, with its usable pictures alone."""
        return product_of(json.loads(self.record), self.images)

    @property
    def digest(self) -> bytes:
        """See product_digest."""
        return product_digest(self.record, self.images, self.digests)


class Staging:
    """The products and pictures of one build, in a folder of its own that is removed with it."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "staging.sqlite", isolation_level=None)
        # It is thrown away after a crash, so it need not survive one.
        self._connection.executescript("pragma journal_mode = off; pragma synchronous = off;")
        self._connection.executescript(_TABLES)
        self._connection.execute("begin")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add(self, product: Product, line: int | None, digests: Sequence[str | None] = ()) -> int | None:
        """Stage a product; where its id was staged before, nothing is changed and that line returned.

        The line is 0 where the source has no lines. digests: of pictures that have embeddings already.
        """
        record = product_json(product)
        put = self._connection.execute(_ADD_PRODUCT, (product.id, line, record))
        if put.rowcount == 0:
            held = self._connection.execute("select line from product where id = ?", (product.id,))
            return int(held.fetchone()[0] or 0)
        for position, (image, digest) in enumerate(zip_longest(product.images, digests)):
            self._connection.execute(_ADD_PICTURE, (product.id, position, image, digest))
        return None

    def count(self) -> tuple[int, int]:
        """How many products are staged, and how many pictures that wait for their embeddings."""
        query = "select (select count(*) from product), (select count(*) from picture where digest is null)"
        products, pictures = self._connection.execute(query).fetchone()
        return int(products), int(pictures)

    def usable(self) -> int:
        """How many pictures have an embedding."""
        query = "select count(*) from picture where digest is not null"
        return int(self._connection.execute(query).fetchone()[0])

    def pictures(self) -> Iterator[StagedPicture]:
        """All pictures that wait for their embeddings, in the order of the index."""
        rows = self._connection.execute(
            "select product_id, position, image, line from picture join product on id = product_id "
            "where digest is null order by product_id, position"
        )
        for row in rows:
            yield StagedPicture(*row)

    def accept(self, usable: Sequence[tuple[StagedPicture, str]]) -> None:
        """Put down that some pictures have embeddings, with the digests that these are found by."""
        self._connection.executemany(
            "update picture set digest = ? where product_id = ? and position = ?",
            [(digest, picture.product_id, picture.position) for picture, digest in usable],
        )

    def products(self) -> Iterator[StagedProduct]:
        """Products with at least one usable picture, in the order of their ids."""
        rows = self._connection.execute(
            "select id, record, image, digest from product join picture on product_id = id "
            "where digest is not null order by id, position"
        )
        for product_id, together in groupby(rows, itemgetter(0)):
            _, records, images, digests = zip(*together, strict=True)
            yield StagedProduct(product_id, records[0], images, digests)

    def same_pictures(self) -> Iterator[list[tuple[str, str]]]:
        """Pictures that several products have byte by byte: each as (product id, image) pairs."""
        rows = self._connection.execute(
            "select digest, product_id, image from picture where digest in "
            "(select digest from picture where digest is not null group by digest"
            " having count(distinct product_id) > 1) order by digest, product_id, position"
        )
        for _, together in groupby(rows, itemgetter(0)):
            yield [(row[1], row[2]) for row in together]

    def titles(self, count: int) -> list[str]:
        """The titles of so many products at most, spread evenly over all of them."""
        products, _ = self.count()
        query = (
            "select record from (select record, row_number() over (order by id) as number from product)"
            " where number % ? = 0 limit ?"
        )
        rows = self._connection.execute(query, (max(products // count, 1), count))
        return [json.loads(record)["title"] for (record,) in rows]

    def without_picture(self) -> Iterator[tuple[str, int | None]]:
        """Ids and lines of products of which no picture could be used."""
        yield from self._connection.execute(
            "select id, line from product where not exists "
            "(select 1 from picture where product_id = id and digest is not null) order by id"
        )
