"""A version's calibration: a file beside its content, which says itself whether it is whole.

It is fitted after the version was made, and anew as decisions come in; the version's content, and with
it the digest in its name, does not depend on it. The next version of the same shop inherits it.
"""

import json
from pathlib import Path
from typing import Any, Literal

from spark_vision.core.errors import IndexDamagedError, IndexVersionError, reason_of
from spark_vision.core.ids import value_digest
from spark_vision.index.atomic_files import write_atomically

CALIBRATION = "calibration.json"

Inheritance = Literal["none", "inherited", "left behind"]
"""Whether a version goes by the calibration of the one before: there was none; yes; or it was of another
model, or of a catalogue that most of this one was not in.
"""


def keep_calibration(folder: Path, value: dict[str, Any]) -> Path:
    """Write a calibration into a version's (or a model's) folder, with a digest over all of it.

    Raises IndexVersionError where one may not write there.
    """
    path = folder / CALIBRATION
    document = {**value, "digest": value_digest(value)}
    try:
        write_atomically(path, json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n")
    except OSError as error:
        raise IndexVersionError(f"{path}: cannot be written ({error.strerror}).") from error
    return path


def inherit_calibration(before: Path, folder: Path, *, same_shop: bool) -> Inheritance:
    """Let a version that is being made go by the calibration of the one before."""
    try:
        value = read_calibration(before)
    except IndexDamagedError:  # which whoever opens that version is told
        value = None
    if value is None:
        return "none"
    if not same_shop:
        return "left behind"
    keep_calibration(folder, value)
    return "inherited"


def calibration_mark(folder: Path) -> tuple[int, ...] | None:
    """What changes whenever another calibration is kept here; None where there is none."""
    try:
        found = (folder / CALIBRATION).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def read_calibration(folder: Path) -> dict[str, Any] | None:
    """What was kept; None where nothing was. Raises IndexDamagedError where it was changed."""
    path = folder / CALIBRATION
    try:
        value = json.loads(path.read_bytes())
        digest = value.pop("digest")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise IndexDamagedError(f"{path}: cannot be read ({reason_of(error)}); calibrate anew.") from error
    if digest != value_digest(value):
        raise IndexDamagedError(f"{path}: was changed; run `spark-vision calibrate` again.")
    found: dict[str, Any] = value
    return found
