"""Products and reference images of a version as Parquet files, a row each, in the index's order."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from decimal import Decimal
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from spark_vision.core.product import Availability, Price, Product
from spark_vision.core.product_filter import ProductFilter

_FEW = 200  # rows that are picked one by one
PRODUCTS = "products.parquet"
PICTURES = "pictures.parquet"

_TEXTS = tuple(
    "id title description link brand product_type color material pattern size gender"
    " item_group_id gtin".split()
)
_texts_of = attrgetter(*_TEXTS)
_PRODUCT_SCHEMA = pa.schema(
    [
        *(pa.field(name, pa.string(), nullable=False) for name in _TEXTS),
        pa.field("availability", pa.string(), nullable=False),
        # An amount as the feed wrote it: text keeps every digit.
        pa.field("price", pa.string()),
        pa.field("currency", pa.string()),
        pa.field("regular_price", pa.string()),
        # SHA-256 over the record and its pictures: what differs between versions shows by this alone.
        pa.field("digest", pa.binary(32), nullable=False),
    ]
)
_PICTURE_SCHEMA = pa.schema(
    [
        pa.field("product", pa.int64(), nullable=False),
        pa.field("image", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
    ]
)
_ROWS_A_GROUP = 10_000
_SEARCHED = ("title", "product_type", "brand", "color", "id", "gtin", "description")


class RecordWriter:
    """Writes both files as products come, in groups of rows, so that memory stays flat."""

    def __init__(self, folder: Path) -> None:
        self._products = pq.ParquetWriter(folder / PRODUCTS, _PRODUCT_SCHEMA)
        self._pictures = pq.ParquetWriter(folder / PICTURES, _PICTURE_SCHEMA)
        self._product_rows: list[dict[str, Any]] = []
        self._picture_rows: list[dict[str, Any]] = []
        self.products = 0

    def add(self, record: bytes, images: Sequence[str], digests: Sequence[str]) -> None:
        """Append a product (see product_json) and its reference images with the SHA-256 of each."""
        digest = product_digest(record, images, digests)
        self._product_rows.append({**orjson.loads(record), "digest": digest})
        self._picture_rows.extend(
            {"product": self.products, "image": image, "sha256": content}
            for image, content in zip(images, digests, strict=True)
        )
        self.products += 1
        if len(self._picture_rows) >= _ROWS_A_GROUP:
            self._flush()

    def _flush(self) -> None:
        for writer, rows, schema in (
            (self._products, self._product_rows, _PRODUCT_SCHEMA),
            (self._pictures, self._picture_rows, _PICTURE_SCHEMA),
        ):
            columns = {name: [row[name] for row in rows] for name in schema.names}
            writer.write_table(pa.Table.from_pydict(columns, schema=schema))
            rows.clear()

    def __enter__(self) -> "RecordWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._flush()
        self._products.close()
        self._pictures.close()


class Records:
    """Both files, held as Arrow columns: about the size of their text, not of Python objects.

    Products lie in the order of their ids, so that one is found by halving.
    """

    def __init__(self, folder: Path) -> None:
        self._products = _table(folder / PRODUCTS)
        pictures = _table(folder / PICTURES)
        self._images = pictures["image"]
        self._sha256s = pictures["sha256"]
        self._product_of = pictures["product"].to_numpy()
        self._ids = self._products["id"].combine_chunks()

    def looks(self, rows: NDArray[np.int64]) -> list[tuple[str, str]]:
        """What tells reference images of variants apart: the product's group, and the picture's SHA-256."""
        groups = _values(self._products["item_group_id"], self._product_of[rows])
        return list(zip(groups, _values(self._sha256s, rows), strict=True))

    def allowed(self, wanted: ProductFilter) -> NDArray[np.bool_]:
        """Which reference images are of products that a filter allows, (pictures,) bool."""
        rows: NDArray[np.bool_] = self._allowed_products(wanted)[self._product_of]
        return rows

    def ids(self, wanted: ProductFilter) -> list[str]:
        """The ids of the products that a filter allows, in the index's order."""
        found: list[str] = self._ids.filter(pa.array(self._allowed_products(wanted))).to_pylist()
        return found

    def texts(self) -> tuple[list[str], list[tuple[str, ...]]]:
        """Return all ids, and of each product title, category, brand, color, id, GTIN and description."""
        columns = [self._products[name].to_pylist() for name in _SEARCHED]
        return self._ids.to_pylist(), list(zip(*columns, strict=True))

    def _allowed_products(self, wanted: ProductFilter) -> NDArray[np.bool_]:
        allowed = np.ones(self.products, dtype=np.bool_)
        for column, allows in (
            ("product_type", wanted.allows_category),
            ("brand", wanted.allows_brand),
            ("color", wanted.allows_color),
            ("availability", wanted.allows_availability),
        ):
            allowed &= _where(self._products[column], allows)
        if wanted.asks_price:
            import pyarrow.compute as pc

            texts = pc.binary_join_element_wise(self._products["price"], self._products["currency"], " ")
            allowed &= _where(texts, lambda text: wanted.allows_price(_price(text)))
        return allowed

    @property
    def products(self) -> int:
        """How many products there are."""
        return len(self._ids)

    @property
    def pictures(self) -> int:
        """How many reference images there are."""
        return len(self._images)

    def product_rows(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which product, by its row, each of some reference images (n,) shows."""
        shown: NDArray[np.int64] = self._product_of[rows]
        return shown

    def references(self, rows: NDArray[np.int64]) -> list[tuple[str, str]]:
        """The product id and the image of some reference images (n,)."""
        ids = _values(self._ids, self.product_rows(rows))
        return list(zip(ids, _values(self._images, rows), strict=True))

    def rows_of(self, product_id: str) -> NDArray[np.int64]:
        """The rows of a product's reference images; raises KeyError."""
        row = row_of(self._ids, product_id)
        start, end = self._product_of.searchsorted([row, row + 1])
        return np.arange(start, end, dtype=np.int64)

    def product(self, product_id: str) -> Product:
        """The product of an id; raises KeyError."""
        row = row_of(self._ids, product_id)
        (record,) = self._products.slice(row, 1).to_pylist()
        start, end = self._product_of.searchsorted([row, row + 1])
        return product_of(record, tuple(self._images.slice(start, end - start).to_pylist()))


def _table(file: Path) -> pa.Table:
    """Read a Parquet file, without the modules of Arrow that read folders of them."""
    with pq.ParquetFile(file) as content:
        return content.read()


def _values(column: Any, rows: NDArray[np.int64]) -> list[Any]:
    """Return the values of some rows of an Arrow column.

    A look-up asks for a few dozen; picking them one by one spares it the import of Arrow's compute module.
    """
    if len(rows) > _FEW:
        values: list[Any] = column.take(rows).to_pylist()
        return values
    return [column[row].as_py() for row in rows.tolist()]


def row_of(ids: Any, product_id: str) -> int:
    """The row of an id in a sorted Arrow column of them; raises KeyError."""
    row = bisect_left(ids, product_id, key=lambda held: held.as_py())
    if row == len(ids) or ids[row].as_py() != product_id:
        raise KeyError(product_id)
    return row


def product_digest(record: bytes, images: Sequence[str], digests: Sequence[str]) -> bytes:
    """SHA-256 over all that a version holds of a product, 32 bytes; record: see product_json."""
    return sha256(record + b"\n" + _canonical((images, digests))).digest()


def product_json(product: Product) -> bytes:
    """A product without its pictures as canonical JSON."""
    return _canonical(product_record(product))


def _canonical(value: Any) -> bytes:
    """What `canonical_json` makes of texts and None, in a tenth of its time."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def product_record(product: Product) -> dict[str, Any]:
    """A product as a row of text columns, without its pictures."""
    price = product.price
    return {
        **dict(zip(_TEXTS, _texts_of(product), strict=True)),
        "availability": product.availability.value,
        "price": None if price is None else str(price.amount),
        "currency": None if price is None else price.currency,
        "regular_price": None if product.regular_price is None else str(product.regular_price.amount),
    }


def product_of(record: dict[str, Any], images: tuple[str, ...]) -> Product:
    """The product of a record."""
    record = {name: value for name, value in record.items() if name != "digest"}
    amount, currency = record.pop("price"), record.pop("currency")
    regular = record.pop("regular_price", None)  # versions of before there were sales have no such column
    return Product(
        images=images,
        price=None if amount is None else Price(Decimal(amount), currency),
        regular_price=None if regular is None else Price(Decimal(regular), currency),
        availability=Availability(record.pop("availability")),
        **record,
    )


def _where(column: Any, allows: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Where a text column holds what is allowed; each different value is looked at once."""
    encoded = column.combine_chunks().dictionary_encode()
    known = np.array([allows(value) for value in encoded.dictionary.to_pylist()] + [allows("")])
    found: NDArray[np.bool_] = known[np.asarray(encoded.indices.fill_null(len(known) - 1))]
    return found


def _price(text: str) -> Price | None:
    amount, _, currency = text.partition(" ")
    return Price(Decimal(amount), currency) if amount else None
