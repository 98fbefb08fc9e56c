"""Google Merchant feeds as CSV or TSV (Google Merchant Center product data specification)."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from spark_vision.catalogue import fields
from spark_vision.catalogue.records import Record, read_records
from spark_vision.catalogue.text import open_text
from spark_vision.domain.catalogue import Availability, FeedIssue, FeedRow, Product
from spark_vision.errors import CatalogueError

_REQUIRED = ("id", "title", "image_link")
_PLAIN = tuple(
    "description link brand product_type color material pattern size gender item_group_id gtin".split()
)

Row = dict[str, str]


def read_google_csv(path: Path) -> Iterator[FeedRow | FeedIssue]:
    """Stream a feed's products in the feed's order, with an issue for each row that is none.

    Raises CatalogueError where the file cannot be read or lacks a required column.
    """
    with open_text(path) as file:
        records = read_records(file, _delimiter(file, path))
        columns = _columns(next(records, None), path)
        yield from _rows(records, columns)


def _delimiter(file: IO[str], path: Path) -> str:
    header = file.readline(1 << 16)
    file.seek(0)
    if not header.strip():
        raise CatalogueError(f"{path}: the feed is empty; its first line names the columns.")
    return max("\t,;|", key=header.count)


def _columns(header: Record | None, path: Path) -> list[str]:
    if header is None or header.fault is not None:
        fault = "there is none" if header is None else header.fault
        raise CatalogueError(f"{path}: the header, the names of the columns, cannot be read: {fault}.")
    columns = [_column(name) for name in header.cells]
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        raise CatalogueError(
            f"{path}: the header has no column {', '.join(missing)}; "
            f"a Google Merchant feed needs {', '.join(_REQUIRED)}."
        )
    return columns


def _column(name: str) -> str:
    return name.lstrip("\ufeff").strip().lower().removeprefix("g:").replace(" ", "_")


def _rows(records: Iterator[Record], columns: list[str]) -> Iterator[FeedRow | FeedIssue]:
    for record in records:
        cells, fault = record.cells, record.fault
        if fault is None and len(cells) > len(columns):
            fault = f"the row has {len(cells)} cells, the header {len(columns)}"
        if fault is not None:
            row = dict(zip(columns, cells, strict=False))
            yield FeedIssue(fault, product_id=row.get("id", "").strip(), line=record.line)
        elif any(cell.strip() for cell in cells):
            yield from parse_row(dict(zip(columns, cells, strict=False)), record.line)


def parse_row(row: Row, line: int) -> Iterator[FeedRow | FeedIssue]:
    """One row by Google's attribute names to a product, or to the reason why it is none.

    Fields that make no sense are dropped with a warning; a row without id or picture is refused.
    """
    values = {name: value.strip() for name, value in row.items()}
    product_id = values.get("id", "")
    images = fields.picture_list(values.get("image_link", ""), values.get("additional_image_link", ""))
    if not product_id:
        yield FeedIssue("id is empty", line=line)
        return
    if not images:
        yield FeedIssue("image_link is empty", product_id=product_id, line=line)
        return
    yield from _warnings(values, line)
    yield FeedRow(line, _product(values, images))


def _warnings(values: Row, line: int) -> Iterator[FeedIssue]:
    def warning(reason: str) -> FeedIssue:
        return FeedIssue(reason, product_id=values["id"], line=line, severity="warning")

    if not values.get("title"):
        yield warning("title is empty; the id stands in for it")
    if (text := values.get("price", "")) and fields.price(text) is None:
        yield warning(f"price {text!r} is no amount with a currency, such as 15.00 USD")
    if (text := values.get("availability", "")) and fields.availability(text) is None:
        yield warning(f"availability {text!r} is none of {', '.join(Availability)}")


def _product(values: Row, images: tuple[str, ...]) -> Product:
    return Product(
        id=values["id"],
        title=values.get("title") or values["id"],
        images=images,
        price=fields.price(values.get("price", "")),
        availability=fields.availability(values.get("availability", "")) or Availability.IN_STOCK,
        **{name: values.get(name, "") for name in _PLAIN},
    )
