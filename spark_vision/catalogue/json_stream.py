"""The values of a JSON file one by one, so that memory does not grow with the file."""

import json
import re
from collections import deque
from collections.abc import Iterator
from typing import IO, Any

import ijson

from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.feed_map import NO_MAP, FeedMap
from spark_vision.catalogue.text import open_text
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue

JsonItem = tuple[int, Any]
"""A value and the line where it begins."""

_LINE = 1 << 16
_MAX_VALUE = 1 << 24  # characters of an element
_MAX_DEPTH = 100
_ESCAPE = 12  # characters of the longest escape, a pair of surrogates
_STREAMED = frozenset("@graph itemListElement dataFeedElement hasPart products items data product".split())
# Control characters are illegal within texts, and blanks elsewhere.
_CONTROL = dict.fromkeys(range(32), " ")
_SURROGATE = re.compile(
    r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


def read_values(feed: FeedFile, feed_map: FeedMap = NO_MAP) -> Iterator[JsonItem | FeedIssue]:
    """Stream the elements of an array, of the lists of one object, or of JSON lines.

    An object's lists (`@graph`, `itemListElement`, `products` and the like) come element by element; the
    rest of the object comes last.

    Raises:
        CatalogueError: If the file is not JSON to its end. It is read to its end in any case.
    """
    with open_text(feed, feed_map.encoding) as file:
        first, second = file.readline(_MAX_VALUE).strip("\ufeff \t\r\n"), file.readline(_LINE).strip()
        file.seek(0)
        if first.startswith("{") and first.endswith("}") and second.startswith("{"):
            yield from _lines(file)
        else:
            yield from _document(file, feed)


def _lines(file: IO[str]) -> Iterator[JsonItem | FeedIssue]:
    number = 0
    while line := file.readline(_MAX_VALUE):
        number += 1
        if not line.strip("\ufeff \t\r\n"):
            continue
        try:
            yield number, json.loads(line.lstrip("\ufeff"), strict=False)
        except (ValueError, RecursionError) as error:
            yield FeedIssue(f"the line is no JSON ({error})", line=number)


def _document(file: IO[str], feed: FeedFile) -> Iterator[JsonItem]:
    events = ijson.sendable_list()
    parser, elements = ijson.basic_parse_coro(events), _Elements(feed)
    line = 1
    try:
        while text := _read_line(file):
            elements.line = line
            elements.room -= len(text)
            plain = _SURROGATE.sub(_paired, text) if "\\u" in text else text
            parser.send(plain.lstrip("\ufeff").translate(_CONTROL).encode())
            for kind, value in events:
                elements.take(kind, value)
            del events[:]
            yield from elements.finished()
            line += text.endswith(("\n", "\r"))
        parser.close()
    except ijson.IncompleteJSONError as error:
        reason = str(error).splitlines()[0]
        if "premature" in reason or "Incomplete" in reason:
            raise CatalogueError(f"{feed}: the JSON ends in the middle (line {line}).") from None
        raise CatalogueError(f"{feed}: this is no JSON that can be read (line {line}: {reason}).") from None
    except ijson.JSONError as error:
        raise CatalogueError(f"{feed}: this is no JSON that can be read (line {line}: {error}).") from None
    yield from elements.finished()


def _read_line(file: IO[str]) -> str:
    """Read a line, or a part of a long one that does not end within an escape."""
    text = file.readline(_LINE)
    for _ in range(_LINE):
        if len(text) < _LINE or text.endswith(("\n", "\r")) or "\\" not in text[-_ESCAPE:]:
            break
        text += file.read(1)
    return text


def _paired(found: "re.Match[str]") -> str:
    """Return an escape as it is, and the replacement character for one half of a pair."""
    return found[0] if found[1] else "\\ufffd"


class _Elements:
    """Builds the elements from the parser's events."""

    def __init__(self, feed: FeedFile) -> None:
        self.line = 1
        self.room = _MAX_VALUE
        self._feed = feed
        self._done: deque[JsonItem] = deque()
        self._begin = 1
        self._stack: list[Any] = []  # the containers that are open
        self._keys: list[str] = []  # the key that each open object waits to fill
        self._streams = 0  # depth of the list whose elements come one by one; 0 outside

    def finished(self) -> Iterator[JsonItem]:
        """Take out the elements that are complete."""
        while self._done:
            self.room = _MAX_VALUE
            yield self._done.popleft()

    def take(self, kind: str, value: Any) -> None:
        """Take one event."""
        if self.room < 0:
            raise CatalogueError(
                f"{self._feed}: the value from line {self._begin} on has more than {_MAX_VALUE:,} characters."
            )
        if kind == "map_key":
            self._keys[-1] = value
        elif kind in ("start_map", "start_array"):
            self._open({} if kind == "start_map" else [])
        elif kind in ("end_map", "end_array"):
            self._close()
        else:
            self._put(value)

    def _open(self, container: Any) -> None:
        if len(self._stack) >= _MAX_DEPTH:
            raise CatalogueError(f"{self._feed}: line {self.line}: more than {_MAX_DEPTH} levels of JSON.")
        if len(self._stack) == self._streams:
            self._begin = self.line
        self._stack.append(container)
        self._keys.append("")
        is_list, depth = isinstance(container, list), len(self._stack)
        if is_list and (depth == 1 or (depth == 2 and self._keys[0] in _STREAMED)):
            self._streams = depth

    def _close(self) -> None:
        container = self._stack.pop()
        self._keys.pop()
        if len(self._stack) + 1 == self._streams:
            self._streams = 0
            if self._stack:
                self._begin = 1
            return
        self._put(container)

    def _put(self, value: Any) -> None:
        if len(self._stack) == self._streams:  # an element, or the whole document
            self._done.append((self._begin, value))
        elif isinstance(self._stack[-1], list):
            self._stack[-1].append(value)
        else:
            self._stack[-1][self._keys[-1]] = value
