"""Multipart bodies, read within bounds: from memory by a plain function, so that it can run in a thread, or
as they come, with long parts to files."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from spark_vision_api.http.error_handlers import FormError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MAX_PARTS = 8
MAX_FIELD_BYTES = 64 * 1024


@dataclass
class Part:
    """One part of a form; `filename` is None for a plain field."""

    name: str
    filename: str | None
    data: bytearray = field(default_factory=bytearray)

    def check_length(self) -> None:
        """Raise FormError where it is too long for a plain field."""
        if len(self.data) > MAX_FIELD_BYTES:
            raise FormError(f"The field {self.name!r} has more than {MAX_FIELD_BYTES:,} bytes.")

    def text(self) -> str:
        """The value of a plain field; raises FormError where it is too long or not UTF-8."""
        self.check_length()
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            raise FormError(f"The field {self.name!r} is not UTF-8.") from None


def read_form(content_type: str, body: bytes) -> dict[str, Part]:
    """The parts of a multipart/form-data body by name; raises FormError.

    A name that stands twice is refused: which of the two was meant is not ours to guess.
    """
    form = FormStream(content_type)
    form.feed(body)
    return form.finish()


class FormStream:
    """A multipart/form-data body that comes piece by piece.

    files: where the bytes of parts with these names go, instead of into memory; all other parts are then
    fields, of a bounded length. Raises FormError.
    """

    def __init__(self, content_type: str, files: Mapping[str, BinaryIO] | None = None) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if not boundary:
            raise FormError("The Content-Type names no boundary; let your client's form support write it.")
        self._reader = _Reader(files)
        with _malformed():
            self._parser = MultipartParser(boundary, self._reader.callbacks())

    def feed(self, data: bytes) -> None:
        """Read on."""
        with _malformed():
            self._parser.write(data)

    def finish(self) -> dict[str, Part]:
        """All parts, by name."""
        with _malformed():
            self._parser.finalize()
        if not self._reader.ended:
            raise FormError("The multipart body breaks off before its last boundary.")
        return self._reader.parts


@contextmanager
def _malformed() -> Iterator[None]:
    try:
        yield
    except FormParserError as error:
        raise FormError(f"The multipart body is malformed: {error}.") from error


class _Reader:
    """Puts together what the parser calls out."""

    def __init__(self, files: Mapping[str, BinaryIO] | None) -> None:
        self._files = files
        self.parts: dict[str, Part] = {}
        self.ended = False
        self._part = Part("", None)
        self._header = bytearray()
        self._value = bytearray()
        self._disposition = b""

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header,
            "on_header_value": self._on_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._on_data,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.parts) == MAX_PARTS:
            raise FormError(f"The form has more than {MAX_PARTS} parts.")
        self._disposition = b""

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename")
        if not name:
            raise FormError("A part of the form has no name.")
        if name in self.parts:
            raise FormError(f"The form has the part {name!r} twice.")
        self._part = Part(name, None if filename is None else filename.decode("utf-8", "replace"))
        self.parts[name] = self._part

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._files is not None and self._part.name in self._files:
            self._files[self._part.name].write(data[start:end])
            return
        self._part.data += data[start:end]
        if self._files is not None:
            self._part.check_length()

    def _end(self) -> None:
        self.ended = True
