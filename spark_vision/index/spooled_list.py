"""Lists that may become long: kept on disk beyond their first megabyte, so that memory stays flat."""

import json
import weakref
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)
else:
    T = TypeVar("T")

_IN_MEMORY = 1 << 20


class SpooledList(Generic[T]):
    """Values of one flat dataclass: appended one by one, read from the first on; for one thread.

    folder: where the file lies, without a name, so that it is gone with the process; it is given back
    with the spool. Tuples come back as tuples.
    """

    def __init__(self, kind: type[T], folder: Path | None = None) -> None:
        self._kind = kind
        self._names = [field.name for field in fields(kind)]
        place = None if folder is None else str(folder)
        file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY, dir=place)  # noqa: SIM115
        weakref.finalize(self, file.close)
        self._file = file
        self._bytes = 0
        self._count = 0

    def append(self, value: T) -> None:
        """Add a value at the end."""
        line = json.dumps([getattr(value, name) for name in self._names]).encode() + b"\n"
        self._file.seek(self._bytes)
        self._file.write(line)
        self._bytes += len(line)
        self._count += 1

    def extend(self, values: Iterable[T]) -> None:
        """Add values at the end."""
        for value in values:
            self.append(value)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        at = 0
        while at < self._bytes:
            self._file.seek(at)
            line = self._file.readline()
            at += len(line)
            yield self._kind(*map(_frozen, json.loads(line)))


def json_pieces(document: Mapping[str, Any]) -> Iterator[str]:
    """A JSON object piece by piece: the values of a Spool in it are written one a line."""
    yield "{"
    for number, (name, value) in enumerate(document.items()):
        yield f"{',' if number else ''}\n {json.dumps(name)}: "
        if isinstance(value, SpooledList):
            yield from _array(value)
        else:
            yield json.dumps(value, ensure_ascii=False)
    yield "\n}\n"


def _array(values: SpooledList[Any]) -> Iterator[str]:
    yield "["
    for number, value in enumerate(values):
        yield f"{',' if number else ''}\n  {json.dumps(asdict(value), ensure_ascii=False)}"
    yield "\n ]" if values else "]"


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
