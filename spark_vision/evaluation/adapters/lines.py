"""What the adapters share: lists of white-space columns, and pictures by their paths in a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from spark_vision.core.errors import DatasetError, InvalidInputError
from spark_vision.core.geometry import Box
from spark_vision.media.files import picture_size


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: its cells, and where it stands."""

    path: Path
    number: int
    cells: tuple[str, ...]

    def error(self, reason: str) -> DatasetError:
        """The error that names this file and line."""
        return DatasetError(f"{self.path}, line {self.number}: {reason}")


def read_lines(path: Path, columns: int, headers: int, separator: str | None = None) -> Iterator[Line]:
    """The lines of a list after its header lines, blank ones left out, of just so many cells.

    separator: None for white space. Raises DatasetError naming file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: cannot be read ({error}).") from error
    for number, line in enumerate(text.splitlines(), start=1):
        if number <= headers or not line.strip():
            continue
        cells = tuple(cell.strip() for cell in line.split(separator))
        found = Line(path, number, cells)
        if len(cells) != columns:
            raise found.error(f"wants {columns} columns, not {len(cells)}.")
        yield found


def first_of(folder: Path, *names: str) -> Path:
    """The first of several places where a file may be; the first name where it is nowhere."""
    return next((folder / name for name in names if (folder / name).exists()), folder / names[0])


def relative_picture(line: Line, folder: Path, name: str) -> str:
    """A picture's path relative to the folder, as it is listed; raises DatasetError where it is not there.

    A list says which files are opened, so that one from elsewhere must not reach out of its folder.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise line.error(f"{name!r} leaves the dataset.")
    if not (folder / path).is_file():
        raise line.error(f"there is no picture file {name!r} in {folder}.")
    return path.as_posix()


def pixel_box(photo: Path, left: float, top: float, right: float, bottom: float) -> Box | None:
    """A box in pixels as shares of its picture, cut at the picture's edges; None where nothing is left."""
    width, height = picture_size(photo)
    x, y = max(left, 0) / width, max(top, 0) / height
    far_x, far_y = min(right, width) / width, min(bottom, height) / height
    try:
        return Box(x, y, far_x - x, far_y - y)
    except InvalidInputError:
        return None


def chosen(split: str | None, known: tuple[str, ...], usual: str, folder: Path) -> str:
    """The split that was asked for, or the usual one; raises DatasetError for an unknown one."""
    wanted = split or usual
    if wanted not in known:
        raise DatasetError(f"{folder}: there is no split {wanted!r}; choose one of {', '.join(known)}.")
    return wanted
