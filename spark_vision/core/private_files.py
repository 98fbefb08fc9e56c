"""Files and folders that only their owner may read: 0600 and 0700, whatever the umask."""

import os
from contextlib import suppress
from pathlib import Path

_FILE, _FOLDER = 0o600, 0o700
_OTHERS = 0o077


def make_private_folder(folder: Path) -> None:
    """Make a folder for its owner alone, with the parents that are missing; raises OSError."""
    folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)


def private_opener(path: str, flags: int) -> int:
    """Open a file for its owner alone; an `opener` of the built-in `open`."""
    return os.open(path, flags, _FILE)


def restrict(path: Path) -> None:
    """Take an existing file or folder from all but its owner.

    Links are left alone: they lead to a place of somebody else's choice. So is the path of another user.
    """
    with suppress(OSError):
        mode = path.lstat().st_mode
        if mode & _OTHERS and not path.is_symlink():
            path.chmod(mode & 0o7777 & ~_OTHERS)
