"""Styles, scripts and icons under an address that changes with their content, so that browsers keep them."""

import gzip
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spark_vision.core.ids import content_digest

_FOLDER = Path(__file__).resolve().parent / "static"
# Chosen here, not by the machine's registry, which differs.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}


@dataclass(frozen=True)
class Asset:
    """A file as it is and as gzip packs it; media_type: with its character set."""

    media_type: str
    data: bytes
    packed: bytes


class Assets:
    """All files of a folder, read once. One digest for all: modules that import each other stay together."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        self._assets = {name: _asset(name, data) for name, data in self._files.items()}
        whole = b"".join(name.encode() + b"\0" + data for name, data in self._files.items())
        self.digest = content_digest(whole)[:12]

    def url(self, name: str) -> str:
        """Where a file is served; raises KeyError where there is no such file."""
        self._files[name]
        return f"/static/{self.digest}/{name}"

    def get(self, name: str) -> Asset | None:
        """The file of this name."""
        return self._assets.get(name)


def _asset(name: str, data: bytes) -> Asset:
    suffix = Path(name).suffix
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    return Asset(f"{kind}; charset=utf-8", data, gzip.compress(data, 9, mtime=0))


@cache
def assets() -> Assets:
    """The files of the pages."""
    return Assets(_FOLDER)
