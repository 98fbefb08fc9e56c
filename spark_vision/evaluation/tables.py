"""CSV files of a dataset as rows by column name: lenient in what is read, exact about where."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spark_vision.core.errors import DatasetError

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",\t;"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: stripped cells by lower-case column name; `line` 1 is the header."""

    path: Path
    line: int
    cells: dict[str, str]

    def cell(self, column: str) -> str:
        """A cell's text; empty where the table has no such column or the row is short."""
        return self.cells.get(column, "")

    def error(self, column: str, reason: str) -> DatasetError:
        """The error that names this file, line and field."""
        return DatasetError(f"{self.path}, line {self.line}, {column}: {reason}")


def read_rows(path: Path, required: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a CSV file, blank ones left out.

    Raises DatasetError where there is no such file, a required column is missing, or a row cannot be
    split into the header's columns.
    """
    text = _text(path)
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=header.count))
    columns = [name.strip().lower() for name in _next_cells(reader, path, 1) or ()]
    missing = [name for name in required if name not in columns]
    if missing:
        raise DatasetError(
            f"{path}, line 1: the header has no column {', '.join(missing)}; "
            f"it wants at least {','.join(required)}."
        )
    line = reader.line_num + 1
    while (cells := _next_cells(reader, path, line)) is not None:
        if any(cell.strip() for cell in cells):
            yield _row(path, line, columns, cells)
        line = reader.line_num + 1


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DatasetError(
            f"{path}: cannot be read ({error.strerror}); a dataset is a folder with "
            "catalogue.csv and photos.csv."
        ) from error
    if data.startswith(_UTF16_MARKS):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:  # spreadsheets on Windows still save this one
        return data.decode("cp1252", errors="replace")


def _next_cells(reader: Iterator[list[str]], path: Path, line: int) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        raise DatasetError(f"{path}, line {line}: the row cannot be read ({error}).") from error


def _row(path: Path, line: int, columns: list[str], cells: list[str]) -> Row:
    if len(cells) > len(columns):
        raise DatasetError(
            f"{path}, line {line}: the row has {len(cells)} cells, the header {len(columns)}; "
            "put quotes around a cell with a comma in it."
        )
    stripped = (cell.strip() for cell in cells)
    return Row(path, line, dict(zip(columns, stripped, strict=False)))
