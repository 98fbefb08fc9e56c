"""Decisions on held imports: make the held version live, or discard it."""

from datetime import datetime
from typing import Any

from spark_vision.core.catalogue_import import CatalogueImport, ImportState
from spark_vision.core.errors import ConflictError, IndexNotFoundError
from spark_vision.database.store import Store
from spark_vision.imports.service import find_import
from spark_vision.index.versions import VersionStore


def accept_import(store: Store, versions: VersionStore, import_id: str, now: datetime) -> CatalogueImport:
    """Make the version of a held import live.

    Raises:
        NotFoundError: There is no such import.
        ConflictError: The import is not held, or a newer version has taken its place.
        IndexVersionError: The version is damaged; the live one stays.
    """
    result = _held_result(store, import_id)
    version = str(result["version"])
    if versions.live() != version:  # else an earlier try ended between the pointer and the row
        try:
            versions.accept(version)
        except IndexNotFoundError as error:
            raise ConflictError("The held version is gone: a newer one has taken its place.") from error
    return _decided(store, import_id, ImportState.DONE, now, {**result, "outcome": "published"})


def discard_import(store: Store, versions: VersionStore, import_id: str, now: datetime) -> CatalogueImport:
    """Remove the version of a held import; the live version stays. Raises as `accept_import` does."""
    result = _held_result(store, import_id)
    if result["version"] in versions.held():
        versions.discard(str(result["version"]))
    return _decided(store, import_id, ImportState.CANCELLED, now, result)


def _held_result(store: Store, import_id: str) -> dict[str, Any]:
    found = find_import(store, import_id)
    if found.state is not ImportState.HELD or found.result is None:
        raise ConflictError(f"The import is {found.state}, so there is nothing to decide.")
    return found.result


def _decided(
    store: Store, import_id: str, state: ImportState, now: datetime, result: dict[str, Any]
) -> CatalogueImport:
    with store.writing() as work:
        work.imports.decide(import_id, state, now, result)
    return find_import(store, import_id)
