"""The store's confirmed tags to a dataset that can be evaluated."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from spark_vision.catalogue.read import open_source
from spark_vision.core.decision import Decision
from spark_vision.core.errors import PhotoMissingError
from spark_vision.core.post import Photo
from spark_vision.core.product import FeedRow
from spark_vision.database.store import Store, UnitOfWork
from spark_vision.evaluation.confirmed_photos import (
    Posted,
    TagSplit,
    confirmed_tags,
    split_tags,
    tags_dataset,
)
from spark_vision.evaluation.datasets import Dataset
from spark_vision.index.atomic_files import write_whole

ReadPhoto = Callable[[Photo], bytes]
"""The bytes of a posted photo in its full size; raises PhotoMissingError where it is gone, and
StoreUnavailableError.
"""

_BATCH = 1000


@dataclass(frozen=True)
class TagSource:
    """Where tags and photos are, and where the photos may be copied to."""

    store: Store
    read_photo: ReadPhoto
    copies: Path


def confirmed_dataset(source: TagSource, catalogue: Path, seed: int = 0) -> tuple[Dataset, TagSplit]:
    """The standing tags as queries of the splits `learned` and `judged`, on a feed's products.

    Photos are copied as files, since an object store has none. Raises DatasetError where there are too few
    posters or none of the tagged products is in the catalogue, and what reading the feed raises.
    """
    with source.store.reading() as work:
        tags = confirmed_tags(logged_decisions(work), lambda post_id: _posted(work, source, post_id))
    split = split_tags(tags, seed=seed)
    feed = open_source(catalogue)
    ids = frozenset(row.product.id for row in feed.rows() if isinstance(row, FeedRow))
    return tags_dataset(split, feed.base, ids), split


def logged_decisions(work: UnitOfWork) -> Iterator[Decision]:
    """The whole log, in its order."""
    place = 0
    while batch := work.decisions.after(place, _BATCH):
        yield from (decision for _, decision in batch)
        place = batch[-1][0]


def _posted(work: UnitOfWork, source: TagSource, post_id: str) -> Posted | None:
    post = work.posts.get(post_id)
    if post is None:
        return None
    file = source.copies / f"{post.photo.digest}.jpg"
    if not file.is_file():
        try:
            data = source.read_photo(post.photo)
        except PhotoMissingError:  # the decision stays in the log
            return None
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, data)
    return Posted(post.poster.id, post.photo.digest, file)
