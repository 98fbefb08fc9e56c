"""Errors of an index folder, in words for clients."""

from spark_vision.core.errors import IndexVersionError
from spark_vision.index.versions import VersionStore


def without_folder(store: VersionStore, error: IndexVersionError) -> str:
    """Return an error's message without the place of the index folder on this machine's disk."""
    return error.message.replace(f"{store.root}/", "").replace(str(store.root), "index")
