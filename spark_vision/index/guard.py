"""The guard against harmful feeds: versions that are built but held beside the live one."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from spark_vision.core.errors import IndexDamagedError, reason_of
from spark_vision.index.atomic_files import sync_folder

HELD = "held.json"
FEW = 2
"""Removals up to this number never hold a version, so that tiny shops can change."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a version is held.

    before: number of products of the live version. removed: how many of them the held version lacks.
    """

    reason: str
    removed: int
    before: int


@dataclass(frozen=True, slots=True)
class GuardPolicy:
    """When a version is held.

    max_removed_share: share of the live products, 0..1, that a version may remove. accept: hold nothing.
    """

    max_removed_share: float = 0.2
    accept: bool = False

    def check(self, counts: dict[str, int], *, cut_off: bool) -> Hold | None:
        """Return why a version must be held, or None.

        counts: products by `added`, `changed`, `removed` and `unchanged`, against the live version.
        cut_off: whether the feed ends in the middle of a row.
        """
        if self.accept:
            return None
        removed = counts["removed"]
        before = removed + counts["changed"] + counts["unchanged"]
        if removed > FEW and removed > self.max_removed_share * before:
            share = f"{removed / before:.0%}"
            reason = f"It would remove {removed:,} of {before:,} live products ({share})."
            return Hold(reason, removed, before)
        if cut_off:
            return Hold("The feed is cut off: its last row is incomplete.", removed, before)
        return None


DEFAULT_GUARD = GuardPolicy()


def write_hold(folder: Path, hold: Hold) -> None:
    """Keep with a version why it is held."""
    (folder / HELD).write_text(json.dumps(asdict(hold)) + "\n", "utf-8")


def read_hold(folder: Path) -> Hold | None:
    """Return why a version is held, or None. Raises IndexDamagedError where the file cannot be read."""
    path = folder / HELD
    try:
        return Hold(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise IndexDamagedError(f"{path}: cannot be read ({reason_of(error)}).") from error


def release(folder: Path) -> None:
    """Hold a version no longer."""
    (folder / HELD).unlink(missing_ok=True)
    sync_folder(folder)
