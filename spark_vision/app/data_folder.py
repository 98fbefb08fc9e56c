"""The data folder, for its owner alone: it holds photos, digests of keys and the signing secret."""

import os
from contextlib import suppress
from pathlib import Path

from spark_vision.app.settings import Settings
from spark_vision.core.private_files import private_opener, restrict
from spark_vision.database.engine import sqlite_file

_WITHIN = ("secret", "photos", "imports")
_BESIDE_SQLITE = ("-wal", "-shm", "-journal")


def protect_data(settings: Settings) -> None:
    """Take the data from all other users of this machine, also what an older version left readable.

    The folder itself is taken only if it holds nothing else: `data_dir` may be a folder that people share.
    """
    file = sqlite_file(settings.store_url)
    if file is not None:
        _protect_sqlite(file)
    for name in _WITHIN:
        restrict(settings.data_dir / name)
    if _holds_data_alone(settings.data_dir):
        restrict(settings.data_dir)


def _protect_sqlite(file: Path) -> None:
    # Made here if need be: SQLite would make it by the umask. What it makes beside gets the file's mode.
    with suppress(OSError):  # which SQLite will meet, too, and explain
        os.close(private_opener(str(file), os.O_WRONLY | os.O_CREAT))
    if file.is_file():
        for path in (file, *(file.with_name(file.name + end) for end in _BESIDE_SQLITE)):
            restrict(path)


def _holds_data_alone(folder: Path) -> bool:
    known = {*_WITHIN, "store.sqlite", *(f"store.sqlite{end}" for end in _BESIDE_SQLITE)}
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError:  # not there, or not ours to read
        return False
    return bool(names) and names <= known
