"""Delimited feeds (CSV, TSV and their like) as rows by column name, whatever the columns mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from spark_vision.catalogue.attributes import Row
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.header import column_names, find_header
from spark_vision.catalogue.records import Record, read_records
from spark_vision.catalogue.text import open_text
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import CUT_OFF, FeedIssue


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row's cells by column, and the line where it begins (1 is the first line of the file)."""

    line: int
    values: Row


@dataclass(frozen=True, slots=True)
class Table:
    """An open feed.

    Attributes:
        columns: Names in lower case, `_` for spaces; a repeated name has `#2`, `#3` at its end.
        rows: The rows, streamed; valid until the file is closed.
    """

    columns: list[str]
    rows: Iterator[TableRow | FeedIssue]


@contextmanager
def open_table(
    feed: FeedFile, id_column: str = "id", known: frozenset[str] = frozenset(), encoding: str = ""
) -> Iterator[Table]:
    """Open a feed and read its header.

    Args:
        feed: The feed.
        id_column: The column whose cell names the product of a row that cannot be read.
        known: Names of columns that a header has beside the usual ones, such as a map's.
        encoding: The encoding that a map names, or empty.

    Raises:
        CatalogueError: If there is no header.
    """
    with open_text(feed, encoding) as file:
        header = find_header(file, feed, known)
        for _ in range(header.skipped):
            file.readline()
        records = read_records(file, header.delimiter, header.skipped)
        columns = _columns(next(records, None), feed)
        yield Table(columns, _rows(records, columns, id_column))


def _columns(header: Record | None, feed: FeedFile) -> list[str]:
    if header is None or header.fault is not None:
        fault = "there is none" if header is None else header.fault
        raise CatalogueError(f"{feed}: the header, the names of the columns, cannot be read: {fault}.")
    return column_names(header.cells)


def _rows(records: Iterator[Record], columns: list[str], id_column: str) -> Iterator[TableRow | FeedIssue]:
    full = short = 0  # rows with all cells, and with fewer: where rows are short anyway, the last one may be
    for record, is_last in _with_last(records):
        cells, fault = record.cells, record.fault
        if is_last and full and not short and _is_incomplete(record, columns):
            yield FeedIssue(CUT_OFF, line=record.line, severity="warning")
        full += len(cells) >= len(columns)
        short += 0 < len(cells) < len(columns) and fault is None
        if fault is None and len(cells) > len(columns) and any(cells[len(columns) :]):
            fault = f"the row has {len(cells)} cells, the header {len(columns)}"
        row = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
        if fault is not None:
            yield FeedIssue(fault, product_id=row.get(id_column, ""), line=record.line)
        elif any(row.values()):
            yield TableRow(record.line, row)


def _with_last(records: Iterator[Record]) -> Iterator[tuple[Record, bool]]:
    """Pair each record with whether it is the last one."""
    waiting = next(records, None)
    for record in records:
        if waiting is not None:
            yield waiting, False
        waiting = record
    if waiting is not None:
        yield waiting, True


def _is_incomplete(record: Record, columns: list[str]) -> bool:
    """Return whether a last row lacks cells, or ends within a quoted one."""
    return (record.fault is not None or len(record.cells) < len(columns)) and any(record.cells)
