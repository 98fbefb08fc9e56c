"""Photo files and their rows: the file before the row, so that a row always has its file.

A crash between the two leaves a note in the store (`arriving` or `leaving`), which the next start settles.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from spark_vision.core.errors import PhotoMissingError, StoreUnavailableError
from spark_vision.core.post import Photo
from spark_vision.database.store import UnitOfWork
from spark_vision.media.decode import decode
from spark_vision.media.sanitise import CleanPhoto, smaller_copy
from spark_vision.tagging.context import TaggingContext

T = TypeVar("T")
_log = logging.getLogger(__name__)
_ATTEMPTS = 5
_BATCH = 500


def store_photo(room: TaggingContext, clean: CleanPhoto, now: datetime, act: Callable[[UnitOfWork], T]) -> T:
    """Keep a photo's files, then run `act` in the transaction that keeps its row; raises what `act` does."""
    for _ in range(_ATTEMPTS):
        with room.store.writing() as work:
            arrival = work.photos.arrive(clean.photo, now)
        if not arrival.there:
            room.files.write(clean.photo, clean.files)
        with room.store.writing() as work:
            if work.photos.keep(clean.photo.digest, arrival.token):
                return act(work)
    raise StoreUnavailableError("The same photo is being removed again and again; try once more.")


def drop_files(room: TaggingContext, photo: Photo) -> None:
    """Remove the files of a photo that is leaving, unless it came back meanwhile."""
    with room.store.writing() as work:
        if work.photos.forget(photo.digest):  # which nobody passes before the files are gone
            room.files.remove(photo)


def recover_interrupted_photos(room: TaggingContext) -> int:
    """Take away what a crash has left between file and row; how many photos it was."""
    with room.store.reading() as work:
        unsettled = work.photos.unsettled()
    for photo in unsettled:
        with room.store.writing() as work:
            work.photos.leave_unless_used(photo.digest)
        drop_files(room, photo)
    if unsettled:
        _log.warning("%d photos were left between file and row, and are settled", len(unsettled))
    return len(unsettled)


def find_missing_files(room: TaggingContext) -> Iterator[Photo]:
    """The photos whose file is gone, though the store knows nothing of it."""
    last = ""
    while True:
        with room.store.reading() as work:
            photos = work.photos.kept(last, _BATCH)
        yield from (photo for photo in photos if not room.files.has(photo))
        if len(photos) < _BATCH:
            return
        last = photos[-1].digest


def read_photo(room: TaggingContext, photo: Photo, width: int) -> bytes:
    """A photo's JPEG of one width; a smaller copy that is gone is made again. Raises PhotoMissingError."""
    try:
        return room.files.read(photo, width)
    except PhotoMissingError:
        if width == photo.width:
            raise
    copy = smaller_copy(decode(room.files.read(photo, photo.width)), width)
    room.files.write(photo, {width: copy})
    return copy


def closest_width(photo: Photo, wanted: int) -> int:
    """The smallest kept width that is no smaller than what is wanted, else the photo's own."""
    return next((width for width in photo.widths if width >= wanted), photo.width)
