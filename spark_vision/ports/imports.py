"""Where imports are kept, and handed to who works on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from spark_vision.domain.catalogue_import import CatalogueImport, Failure, Progress


class Imports(Protocol):
    """The imports of one transaction.

    Who works on one holds it until a moment, and says so again in time; one that nobody holds any longer
    was broken off, and is handed out again.
    """

    def add(self, made: CatalogueImport) -> None:
        """Keep a new import, which waits."""

    def get(self, import_id: str) -> CatalogueImport | None:
        """The import with this id."""

    def newest(self, count: int, before: tuple[datetime, str] | None = None) -> Sequence[CatalogueImport]:
        """So many imports, newest first; before: the creation and id of the one to go on behind."""

    def unfinished(self) -> int:
        """How many wait or are worked on."""

    def take(self, worker: str, now: datetime, until: datetime) -> CatalogueImport | None:
        """The oldest import that waits or was broken off, if any; the worker's until a moment."""

    def hold(self, import_id: str, worker: str, until: datetime, progress: Progress) -> bool:
        """Hold it on, and note how far it is; false where it was cancelled or is the worker's no more."""

    def put_back(self, import_id: str, worker: str, not_before: datetime, *, begun: bool) -> None:
        """Let it wait again; begun: whether the attempt counts."""

    def finish(self, import_id: str, worker: str, now: datetime, result: dict[str, Any]) -> bool:
        """It is done; false where it is no longer the worker's."""

    def fail(self, import_id: str, worker: str, now: datetime, failure: Failure) -> bool:
        """It came to nothing; false where it is no longer the worker's."""

    def cancel(self, import_id: str, now: datetime) -> bool:
        """Stop it, whether it waits or is worked on; false where it is over."""

    def forget_all_but(self, count: int) -> Sequence[str]:
        """Forget what is over, but for the newest; the ids that were forgotten."""
