"""Feeds as they were fetched last, so that an unchanged one costs a 304."""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from spark_vision.index.atomic_files import file_sha256


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of a feed (RFC 9110, section 8.8)."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> list[tuple[str, str]]:
        """Return the conditions under which the feed is asked for again."""
        if self.etag:
            return [("If-None-Match", self.etag)]
        return [("If-Modified-Since", self.last_modified)] if self.last_modified else []


@dataclass(frozen=True)
class FeedCache:
    """A feed for each address, with its validators. A file that is damaged counts as missing."""

    folder: Path

    def validators(self, address: str) -> Validators:
        """Return the validators of the feed that was fetched last; empty ones if there is none."""
        feed, head = self._paths(address)
        try:
            known = json.loads(head.read_bytes())
            if known["address"] == address and known["sha256"] == file_sha256(feed):
                return Validators(known["etag"], known["last_modified"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return Validators()

    def copy_to(self, address: str, target: Path) -> None:
        """Write the feed that was fetched last to a file."""
        shutil.copyfile(self._paths(address)[0], target)

    def put(self, address: str, source: Path, validators: Validators) -> None:
        """Keep a feed if it can be asked for again; a full disk costs a fetch the next time."""
        feed, head = self._paths(address)
        try:
            head.unlink(missing_ok=True)
            if not validators.headers():
                feed.unlink(missing_ok=True)
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, feed)
            known = {**asdict(validators), "address": address, "sha256": file_sha256(feed)}
            head.write_text(json.dumps(known), "utf-8")
        except OSError:
            feed.unlink(missing_ok=True)

    def _paths(self, address: str) -> tuple[Path, Path]:
        name = hashlib.sha256(address.encode(errors="surrogateescape")).hexdigest()
        return self.folder / f"{name}.feed", self.folder / f"{name}.json"
