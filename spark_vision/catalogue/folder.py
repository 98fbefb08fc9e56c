"""A folder of pictures as a catalogue: one product for each picture, or for each sub-folder."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue, FeedRow, Product
from spark_vision.media.files import is_picture_name
from spark_vision.media.formats import SIGNATURE_BYTES, begins_like_a_picture

# Suffixes of pictures that are no part of a product's id, beside those that `is_picture_name` knows.
_OTHER_SUFFIXES = frozenset(".jfif .jpe .jif .pjpeg .dib .heic .heif .hif .dng .cr2 .nef .arw".split())


def read_folder(folder: Path) -> Iterator[FeedRow | FeedIssue]:
    """Stream the products of a folder, by name.

    Pictures beside each other at the top are one product each. The pictures of a sub-folder, however deep,
    are one product's. A file's content decides whether it is a picture, whatever its name. Each file that is
    left out is an issue with its reason.

    A product's id is its path within the folder without the suffix, its title is that in plain words.

    Raises:
        CatalogueError: If there is no picture.
    """
    found = 0
    for row in _products(folder):
        found += isinstance(row, FeedRow)
        yield row
    if not found:
        raise CatalogueError(f"{folder}: there is no picture in this folder.")


def _products(folder: Path) -> Iterator[FeedRow | FeedIssue]:
    seen: set[str] = set()
    unreadable: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=unreadable.append):
        at_top = Path(place) == folder
        while unreadable:
            yield _unreadable(folder, unreadable.pop())
        images, issues = _pictures(folder, Path(place), folders, names)
        yield from issues
        if not at_top and images:
            product_id = Path(place).relative_to(folder).as_posix()
            yield FeedRow(None, Product(product_id, _title(product_id), tuple(images)))
            continue
        for image in images:
            product_id = _id(image)
            if product_id in seen:
                yield FeedIssue("another picture has this name", product_id=product_id, image=image)
                continue
            seen.add(product_id)
            yield FeedRow(None, Product(product_id, _title(product_id), (image,)))
    while unreadable:
        yield _unreadable(folder, unreadable.pop())


def _unreadable(folder: Path, error: OSError) -> FeedIssue:
    place = Path(os.fsdecode(error.filename or "")).relative_to(folder).as_posix()
    return FeedIssue(f"the folder cannot be read ({error.strerror})", image=_as_text(place))


def _pictures(
    folder: Path, place: Path, folders: list[str], names: list[str]
) -> tuple[list[str], list[FeedIssue]]:
    """Return the pictures of one folder, and why other entries are left out; prunes `folders`."""
    images: list[str] = []
    issues: list[FeedIssue] = []
    left_out = {name: _folder_fault(place / name) for name in folders}
    folders[:] = sorted(name for name, reason in left_out.items() if reason is None)
    left_out |= {name: _fault(place / name) for name in names}
    for name in sorted(left_out):
        image, reason = (place / name).relative_to(folder).as_posix(), left_out[name]
        if reason is not None:
            issues.append(FeedIssue(f"left out: {reason}", image=_as_text(image), severity="warning"))
        elif not _is_text(image) and name not in folders:
            issues.append(FeedIssue("its name is not UTF-8", image=_as_text(image)))
        elif name not in folders:
            images.append(image)
    return images, issues


def _folder_fault(path: Path) -> str | None:
    if path.name.startswith("."):
        return "hidden folder"
    return "link to a folder" if path.is_symlink() else None


def _fault(path: Path) -> str | None:
    """Return why a file is no picture of the catalogue, or None."""
    if path.name.startswith("."):  # macOS puts `._photo.jpg` beside `photo.jpg`
        return "hidden file"
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return "not a file"
        if is_picture_name(path):
            return None  # if it is damaged, the decoder says how
        with path.open("rb") as file:
            start = file.read(SIGNATURE_BYTES)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None if begins_like_a_picture(start) else "not a picture" if start else "empty file"


def _id(image: str) -> str:
    path = Path(image)
    is_suffix = is_picture_name(path) or path.suffix.lower() in _OTHER_SUFFIXES
    return str(path.with_suffix("")) if is_suffix else image


def _is_text(path: str) -> bool:
    return path == _as_text(path)


def _as_text(path: str) -> str:
    """Return a path with visible escapes for what is not UTF-8 (lone surrogates in Python)."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _title(product_id: str) -> str:
    words = product_id.rsplit("/", 1)[-1].replace("-", " ").replace("_", " ").split()
    return " ".join(words).capitalize() or product_id
