"""The objects of a JSON file one by one, so that memory does not grow with the file."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from spark_vision.catalogue.text import open_text
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue

JsonItem = tuple[int, Any]
"""A value and the line where it begins."""

_BLOCK = 1 << 18
_MAX_VALUE = 1 << 24
_LIST = re.compile(r'"(?:@graph|itemListElement|dataFeedElement)"\s*:\s*\[')
_SPACE = re.compile(r"[\s,]*")


def read_objects(path: Path) -> Iterator[JsonItem | FeedIssue]:
    """The elements of an array, of an object's `@graph` or list of items, or of JSON lines.

    Raises CatalogueError where the file is not JSON to the end of what is read.
    """
    with open_text(path) as file:
        first, second = file.readline(_MAX_VALUE).strip(), file.readline(_BLOCK).strip()
        file.seek(0)
        if first.startswith("{") and first.endswith("}") and second.startswith("{"):
            yield from _lines(file)
        else:
            yield from _Elements(file, path)


def _lines(file: IO[str]) -> Iterator[JsonItem | FeedIssue]:
    number = 0
    while line := file.readline(_MAX_VALUE):
        number += 1
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            yield FeedIssue(f"the line is no JSON ({error})", line=number)


class _Elements:
    """The elements of the one array of a file that matters, or the file's only object."""

    def __init__(self, file: IO[str], path: Path) -> None:
        self._file = file
        self._path = path
        self._text = file.read(_BLOCK).removeprefix("\ufeff")
        self._at = 0
        self._line = 1
        self._decode = json.JSONDecoder().raw_decode

    def __iter__(self) -> Iterator[JsonItem]:
        self._skip(_SPACE.match(self._text, 0))
        if self._text.startswith("[", self._at):
            self._at += 1
        elif (found := _LIST.search(self._text)) is not None:
            self._skip(found)
        else:
            yield self._value()
            return
        while not self._at_end():
            yield self._value()

    def _skip(self, found: re.Match[str] | None) -> None:
        if found is not None:
            self._line += self._text.count("\n", self._at, found.end())
            self._at = found.end()

    def _at_end(self) -> bool:
        self._skip(_SPACE.match(self._text, self._at))
        while self._at == len(self._text):
            if not self._more():
                raise CatalogueError(f"{self._path}: the JSON ends in the middle (line {self._line}).")
            self._skip(_SPACE.match(self._text, self._at))
        return self._text[self._at] == "]"

    def _more(self) -> bool:
        block = self._file.read(max(_BLOCK, len(self._text) - self._at))
        self._text, self._at = self._text[self._at :] + block, 0
        return bool(block)

    def _value(self) -> JsonItem:
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if len(self._text) - self._at < _MAX_VALUE and self._more():
                    continue
                raise CatalogueError(
                    f"{self._path}: this is no JSON that can be read (from line {self._line} on: {error})."
                ) from None
            line = self._line
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            return line, value
