"""What one may do with imports: order one, look at them, stop one."""

from collections.abc import Callable, Sequence
from datetime import datetime

from spark_vision.core.catalogue_import import CatalogueImport
from spark_vision.core.errors import ConflictError, NotFoundError, TooManyImportsError
from spark_vision.database.store import Store, UnitOfWork

MAX_PENDING = 20

OnCommit = Callable[[UnitOfWork], None]
"""Something more to do in a transaction."""


def nothing_else(work: UnitOfWork) -> None:
    """An Also that does nothing."""


def enqueue_import(store: Store, made: CatalogueImport, also: OnCommit = nothing_else) -> None:
    """Keep a new import, which waits for its turn; raises TooManyImportsError.

    also: done in the same transaction, as its last step.
    """
    with store.writing() as work:
        if work.imports.unfinished() >= MAX_PENDING:
            raise TooManyImportsError(f"{MAX_PENDING} imports are not finished yet; wait, or cancel some.")
        work.imports.add(made)
        also(work)


def find_import(store: Store, import_id: str) -> CatalogueImport:
    """An import; raises NotFoundError."""
    with store.reading() as work:
        found = work.imports.get(import_id)
    if found is None:
        raise NotFoundError(f"There is no import {import_id[:100]!r}.")
    return found


def newest_imports(
    store: Store, count: int, before: tuple[datetime, str] | None = None
) -> Sequence[CatalogueImport]:
    """So many imports, newest first; before: the creation and id of the one to go on behind."""
    with store.reading() as work:
        return work.imports.newest(count, before)


def cancel_import(store: Store, import_id: str, now: datetime) -> CatalogueImport:
    """Stop an import; what is live stays. Raises NotFoundError, and ConflictError where it is over."""
    found = find_import(store, import_id)
    with store.writing() as work:
        if not work.imports.cancel(import_id, now):
            raise ConflictError(f"The import is {found.state}; there is nothing left to cancel.")
    return find_import(store, import_id)
