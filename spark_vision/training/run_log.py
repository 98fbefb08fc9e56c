"""The log of a run: one JSON object a line, in a file and told to whoever listens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path


class RunLog:
    """Appends to a file, and keeps count of pictures a second since it was made."""

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        """Write to ``path`` and tell ``say`` each line."""
        self._path = path
        self._say = say
        self._started = time.monotonic()
        self._pictures = 0

    def count(self, pictures: int) -> None:
        """Note that so many more pictures were seen."""
        self._pictures += pictures

    def speed(self) -> float:
        """Pictures a second."""
        return self._pictures / max(1e-9, time.monotonic() - self._started)

    def write(self, note: Mapping[str, float]) -> None:
        """Append one line, numbers to four decimals."""
        line = json.dumps({name: round(value, 4) for name, value in note.items()})
        self._say(line)
        with self._path.open("a", encoding="utf-8") as log:
            log.write(line + "\n")
