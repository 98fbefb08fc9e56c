"""Delimited feeds (CSV, TSV and their like) as rows by column name, whatever the columns mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from spark_vision.catalogue.records import Record, read_records
from spark_vision.catalogue.text import open_text
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import CUT_OFF, FeedIssue

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row's cells by column, and the line where it begins (1 is the header)."""

    line: int
    values: Row


@dataclass(frozen=True, slots=True)
class Table:
    """An open feed. columns: lower case, `_` for spaces; rows: streamed, good until the file is closed."""

    columns: list[str]
    rows: Iterator[TableRow | FeedIssue]


@contextmanager
def open_table(path: Path, id_column: str = "id") -> Iterator[Table]:
    """Open a feed and read its header; raises CatalogueError where there is none.

    id_column: the column whose cell names the product of a row that cannot be read.
    """
    with open_text(path) as file:
        records = read_records(file, _delimiter(file, path))
        columns = _columns(next(records, None), path)
        yield Table(columns, _rows(records, columns, id_column))


def column_name(name: str) -> str:
    """A column's name as readers know it.

    >>> column_name(" G:Image Link")
    'image_link'
    """
    return name.lstrip("\ufeff").strip().lower().removeprefix("g:").replace(" ", "_")


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
    return [column_name(name) for name in header.cells]


def _rows(records: Iterator[Record], columns: list[str], id_column: str) -> Iterator[TableRow | FeedIssue]:
    full = short = 0  # rows with all cells, and with fewer: where rows are short anyway, the last one may be
    for record, is_last in _with_last(records):
        cells, fault = record.cells, record.fault
        if is_last and full and not short and _is_incomplete(record, columns):
            yield FeedIssue(CUT_OFF, line=record.line, severity="warning")
        full += len(cells) >= len(columns)
        short += 0 < len(cells) < len(columns) and fault is None
        if fault is None and len(cells) > len(columns):
            fault = f"the row has {len(cells)} cells, the header {len(columns)}"
        row = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
        if fault is not None:
            yield FeedIssue(fault, product_id=row.get(id_column, ""), line=record.line)
        elif any(row.values()):
            yield TableRow(record.line, row)


def _with_last(records: Iterator[Record]) -> Iterator[tuple[Record, bool]]:
    """Pair each record with whether it is the last one."""
    held = next(records, None)
    for record in records:
        if held is not None:
            yield held, False
        held = record
    if held is not None:
        yield held, True


def _is_incomplete(record: Record, columns: list[str]) -> bool:
    """Return whether a last row lacks cells, or ends within a quoted one."""
    return (record.fault is not None or len(record.cells) < len(columns)) and any(record.cells)
