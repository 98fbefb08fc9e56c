"""Imports of catalogues: feeds that were handed over and are worked on in the background."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal


class ImportState(StrEnum):
    """State of an import.

    A queued import may have been begun before, and broken off. A held one has made a version beside the live
    one, which a person accepts or discards.
    """

    QUEUED = "queued"
    RUNNING = "running"
    HELD = "held"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self not in (ImportState.QUEUED, ImportState.RUNNING)


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What is to be imported, and how.

    origin: `sent` with the request, an `address` (http, https), or a path in the `folder` of the settings;
    source: the file's name, the address or the path; pictures_base: the address that pictures are relative
    to, of a feed that does not lie in the folder; format, kind: None where the content and the size decide;
    live: whether the version becomes the live one at once; credentials: of the address, encrypted.
    """

    origin: Literal["sent", "address", "folder"]
    source: str
    pictures_base: str = ""
    format: str | None = None
    kind: str | None = None
    live: bool = True
    credentials: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: `done` of `total` (None: unknown) units of a step."""

    step: str = ""
    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an import came to nothing. code: stable, as of a problem's type; detail: a sentence for people."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class CatalogueImport:
    """An import as it stands. attempts: how often it was begun; result: what its run reported, at its end."""

    id: str
    account_id: str
    order: ImportOrder
    created_at: datetime
    state: ImportState = ImportState.QUEUED
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attempts: int = 0
    progress: Progress = field(default_factory=Progress)
    result: dict[str, Any] | None = None
    failure: Failure | None = None
