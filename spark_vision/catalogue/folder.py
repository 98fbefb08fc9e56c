"""A folder of pictures as a catalogue: a picture a product, or a sub-folder a product."""

import os
from collections.abc import Iterator
from pathlib import Path

from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import FeedIssue, FeedRow, Product
from spark_vision.media.files import is_picture_name


def read_folder(folder: Path) -> Iterator[FeedRow | FeedIssue]:
    """Products of a folder, by name: pictures beside each other at the top are a product each; the
    pictures of a sub-folder, however deep, are one product's. Raises CatalogueError if there is none.

    A product's id is its path within the folder without the suffix, its title that in plain words.
    """
    found = 0
    for row in _products(folder):
        found += 1
        yield row
    if not found:
        raise CatalogueError(f"{folder}: there is no picture in this folder.")


def _products(folder: Path) -> Iterator[FeedRow | FeedIssue]:
    seen: set[str] = set()
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        pictures = [Path(place) / name for name in sorted(names) if _is_picture(name)]
        relative = [picture.relative_to(folder).as_posix() for picture in pictures]
        unreadable = [image for image in relative if not _is_text(image)]
        yield from (FeedIssue("its name is not UTF-8", image=_as_text(image)) for image in unreadable)
        relative = [image for image in relative if image not in unreadable]
        if Path(place) != folder and relative:
            product_id = Path(place).relative_to(folder).as_posix()
            yield FeedRow(None, Product(product_id, _title(product_id), tuple(relative)))
            continue
        for image in relative:
            product_id = str(Path(image).with_suffix(""))
            if product_id in seen:
                yield FeedIssue("another picture has this name", product_id=product_id, image=image)
                continue
            seen.add(product_id)
            yield FeedRow(None, Product(product_id, _title(product_id), (image,)))


def _is_picture(name: str) -> bool:
    """Hidden files are none: macOS puts `._photo.jpg` beside `photo.jpg`."""
    return not name.startswith(".") and is_picture_name(Path(name))


def _is_text(path: str) -> bool:
    return path == _as_text(path)


def _as_text(path: str) -> str:
    """A path with what is not UTF-8 (Python holds such bytes as lone surrogates) made visible."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _title(product_id: str) -> str:
    words = product_id.rsplit("/", 1)[-1].replace("-", " ").replace("_", " ").split()
    return " ".join(words).capitalize() or product_id
