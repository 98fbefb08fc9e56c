"""Delimited text to records. A broken quote costs one row, not the rest of the feed."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True, slots=True)
class Record:
    """One row's cells and the line where it begins (1 is the first).

    fault: Why the cells are unreliable, or None.
    """

    line: int
    cells: list[str]
    fault: str | None = None


class _Lines:
    """Lines for csv's reader, which can be returned to the beginning of a record."""

    def __init__(self, file: IO[str], number: int) -> None:
        self._file = file
        self._returned: deque[str] = deque()
        self.record: list[str] = []
        self.number = number  # of the last line handed out
        self.ran_out = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else self._file.readline()
        if not line:
            self.ran_out = True
            raise StopIteration
        self.record.append(line)
        self.number += 1
        return line

    def begin(self) -> None:
        """Mark the beginning of a new record."""
        self.record.clear()
        self.ran_out = False

    def take_back(self) -> str:
        """Return the record's first line; its other lines are read again."""
        first, *rest = self.record
        self._returned.extendleft(reversed(rest))
        self.number -= len(rest)
        return first


def read_records(file: IO[str], delimiter: str, skipped: int = 0) -> Iterator[Record]:
    """Stream the records of a delimited text.

    A cell may span lines. If a quote is opened and never closed, or closed within another row, only the
    first line is at fault and reading goes on behind it. A cell has at most csv's 131,072 characters.

    Args:
        file: The text, at the beginning of a record.
        delimiter: The character between cells.
        skipped: The number of lines before, for the records' line numbers.

    Yields:
        The records in the order of the text.
    """
    lines = _Lines(file, skipped)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin()
        line = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _salvaged(lines, line, delimiter, error)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)  # the old one is amid a record
        else:
            yield Record(line, cells)


def _salvaged(lines: _Lines, line: int, delimiter: str, error: csv.Error) -> Record:
    spans_lines = lines.ran_out or len(lines.record) > 1
    first = lines.take_back()
    if '\\"' in first:  # quotes escaped as databases and PHP do it
        try:
            cells = next(csv.reader([first], delimiter=delimiter, strict=True, escapechar="\\"), [])
            return Record(line, cells)
        except csv.Error:
            pass
    try:
        # Not strict: `"5" pipe` is sloppy, and clear.
        cells = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        return Record(line, [], f"the row cannot be read: {error}")
    return Record(line, cells, "a quote is opened and not closed" if spans_lines else None)
