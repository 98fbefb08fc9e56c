"""Pictures that were fetched, kept with what their server said of them, so that it can be asked again."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import get_ident


@dataclass(frozen=True, slots=True)
class Fetched:
    """A picture's bytes, with the validators of HTTP (RFC 9110, section 8.8)."""

    data: bytes
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class FetchedStore:
    """A file a picture: a line of JSON, then the bytes. A file that is damaged is as good as none."""

    folder: Path

    def get(self, url: str) -> Fetched | None:
        """What was fetched from an address before, or None."""
        try:
            head, _, data = self._path(url).read_bytes().partition(b"\n")
            kept = json.loads(head)
            if kept.pop("sha256") == hashlib.sha256(data).hexdigest() and kept.pop("url") == url:
                return Fetched(data, **kept)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        return None

    def put(self, url: str, fetched: Fetched) -> None:
        """Keep a picture; a disk that is full costs a fetch the next time, and nothing now."""
        path = self._path(url)
        kept = {name: value for name, value in asdict(fetched).items() if name != "data"}
        head = {**kept, "url": url, "sha256": hashlib.sha256(fetched.data).hexdigest()}
        beside = path.with_suffix(f".{os.getpid()}-{get_ident()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(json.dumps(head).encode() + b"\n" + fetched.data)
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)

    def _path(self, url: str) -> Path:
        name = hashlib.sha256(url.encode(errors="surrogateescape")).hexdigest()
        return self.folder / name[:2] / f"{name}.picture"
