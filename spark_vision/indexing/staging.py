"""A build's own desk: products and pictures on disk, so that memory stays flat however long the feed.

A temporary SQLite file puts the rows in the order of the index (product id, position of the picture),
and finds ids that stand twice. Embeddings are not in here, but in the cache, by digest.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from spark_vision.domain.catalogue import Availability, Price, Product

_TABLES = """
create table product (id text primary key, line integer, record text not null) without rowid;
create table picture (
    product_id text not null, position integer not null, image text not null,
    digest text, primary key (product_id, position)
) without rowid;
"""


@dataclass(frozen=True, slots=True)
class StagedPicture:
    """A picture that waits for its embedding."""

    product_id: str
    position: int
    image: str
    line: int | None


@dataclass(frozen=True, slots=True)
class StagedProduct:
    """A product with the pictures that could be used, and the digests of their bytes, in order."""

    product: Product
    images: tuple[str, ...]
    digests: tuple[str, ...]


class Staging:
    """The desk, in a folder of its own that is removed with it."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "staging.sqlite", isolation_level=None)
        # It is thrown away after a crash, so it need not survive one.
        self._connection.executescript("pragma journal_mode = off; pragma synchronous = off;")
        self._connection.executescript(_TABLES)
        self._connection.execute("begin")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add(self, product: Product, line: int | None) -> int | None:
        """Stage a product; where its id was staged before, nothing is changed and that line returned.

        The line is 0 where the source has no lines.
        """
        held = self._connection.execute("select line from product where id = ?", (product.id,))
        if (row := held.fetchone()) is not None:
            return int(row[0] or 0)
        record = json.dumps(asdict(product), default=str, ensure_ascii=False)
        self._connection.execute("insert into product values (?, ?, ?)", (product.id, line, record))
        self._connection.executemany(
            "insert into picture (product_id, position, image) values (?, ?, ?)",
            [(product.id, position, image) for position, image in enumerate(product.images)],
        )
        return None

    def count(self) -> tuple[int, int]:
        """How many products and pictures are staged."""
        query = "select (select count(*) from product), (select count(*) from picture)"
        products, pictures = self._connection.execute(query).fetchone()
        return int(products), int(pictures)

    def pictures(self) -> Iterator[StagedPicture]:
        """All pictures in the order of the index."""
        rows = self._connection.execute(
            "select product_id, position, image, line from picture join product on id = product_id "
            "order by product_id, position"
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
        records = self._connection.execute("select id, record from product order by id")
        for product_id, record in records:
            rows = self._connection.execute(
                "select image, digest from picture "
                "where product_id = ? and digest is not null order by position",
                (product_id,),
            ).fetchall()
            if rows:
                images, digests = zip(*rows, strict=True)
                yield StagedProduct(_product(json.loads(record)), images, digests)

    def without_picture(self) -> Iterator[tuple[str, int | None]]:
        """Ids and lines of products of which no picture could be used."""
        yield from self._connection.execute(
            "select id, line from product where not exists "
            "(select 1 from picture where product_id = id and digest is not null) order by id"
        )


def _product(record: dict[str, Any]) -> Product:
    price = record.pop("price")
    return Product(
        price=None if price is None else Price(Decimal(price["amount"]), price["currency"]),
        availability=Availability(record.pop("availability")),
        images=tuple(record.pop("images")),
        **record,
    )
