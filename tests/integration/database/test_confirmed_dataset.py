"""The shop's own tags, from posting to a dataset without leaks, on each database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from spark_vision.core.account import Actor
from spark_vision.core.errors import DatasetError, PhotoMissingError, StoreError, StoreUnavailableError
from spark_vision.core.geometry import Box
from spark_vision.database.photo_files import FsspecPhotoFiles
from spark_vision.database.store import Store
from spark_vision.demo.seed_posts import STEP, seed_from_dataset
from spark_vision.evaluation.datasets import Dataset, Query
from spark_vision.evaluation.store_dataset import TagSource, confirmed_dataset
from spark_vision.media.files import read_picture
from spark_vision.tagging.context import ANY_VERSION, TaggingContext
from spark_vision.tagging.posts import delete
from spark_vision.tagging.tags import ChangeRequest, remove_tag
from tests.fakes import NoLearner, Shelf, noise

START = datetime(2026, 1, 1, tzinfo=UTC)
LEFT = Box(0, 0, 0.5, 1)


@pytest.fixture
def room(sql_store: Store, tmp_path: Path) -> TaggingContext:
    return TaggingContext(sql_store, FsspecPhotoFiles(str(tmp_path / "photos")), NoLearner())


@pytest.fixture
def dataset(shelf: Shelf) -> Dataset:
    shelf.fill(3)
    assert shelf.feed
    photos = [shelf.write(f"photo{number}.png", noise(100 + number)) for number in range(8)]
    queries = tuple(
        Query(photo, LEFT if number % 2 else None, frozenset({f"p00{number % 3}"}), "test", number)
        for number, photo in enumerate(photos)
    )
    nothing = Query(photos[0], None, frozenset(), "test", 99)
    return Dataset(shelf.folder, frozenset({"p000", "p001", "p002"}), (*queries, nothing))


def test_tags_of_the_store_become_look_ups_without_leaks(
    room: TaggingContext, dataset: Dataset, tmp_path: Path
) -> None:
    assert seed_from_dataset(room, dataset, posters=2, start=START) == 8
    source = TagSource(room.store, lambda photo: room.files.read(photo, photo.width), tmp_path / "copies")
    found, split = confirmed_dataset(source, dataset.folder / "catalogue.csv")
    assert len(split.learned) + len(split.judged) + split.left_out == 8
    assert {tag.poster for tag in split.learned}.isdisjoint({tag.poster for tag in split.judged})
    assert max(tag.at for tag in split.learned) < START + 4 * STEP <= min(tag.at for tag in split.judged)
    assert found.splits == ("learned", "judged")
    for query in found.queries:
        assert query.relevant <= dataset.product_ids
        assert read_picture(query.photo).shape == (16, 24, 3)
    assert {query.box for query in found.queries} <= {None, LEFT}


def test_what_was_taken_back_or_deleted_is_no_look_up(
    room: TaggingContext, dataset: Dataset, tmp_path: Path
) -> None:
    seed_from_dataset(room, dataset, posters=2, start=START)
    with room.store.reading() as work:
        decisions = [decision for _, decision in work.decisions.after(0, 100)]
        actors = {each.account_id: Actor(work.accounts.get(each.account_id)) for each in decisions}
    untagged, deleted = decisions[0], decisions[1]
    remove_tag(
        room,
        ChangeRequest(actors[untagged.account_id], untagged.post_id, ANY_VERSION, START),
        untagged.product_id,
    )
    delete(room, actors[deleted.account_id], deleted.post_id, ANY_VERSION)
    source = TagSource(room.store, lambda photo: room.files.read(photo, photo.width), tmp_path / "copies")
    _, split = confirmed_dataset(source, dataset.folder / "catalogue.csv")
    held = {tag.post_id for tag in (*split.learned, *split.judged)}
    assert held.isdisjoint({untagged.post_id, deleted.post_id})
    assert len(held) + split.left_out == 6


def test_a_store_without_tags_says_what_is_needed(
    room: TaggingContext, dataset: Dataset, tmp_path: Path
) -> None:
    source = TagSource(room.store, lambda photo: b"", tmp_path / "copies")
    with pytest.raises(DatasetError, match=r"of 0 poster\(s\); at least two"):
        confirmed_dataset(source, dataset.folder / "catalogue.csv")


def test_a_photo_that_is_gone_is_left_out_and_an_absent_disk_is_told(
    room: TaggingContext, dataset: Dataset, tmp_path: Path
) -> None:
    seed_from_dataset(room, dataset, posters=2, start=START)

    def source(error: StoreError) -> TagSource:
        def read(_: object) -> bytes:
            raise error

        return TagSource(room.store, read, tmp_path / "copies")

    with pytest.raises(DatasetError, match=r"of 0 poster\(s\)"):
        confirmed_dataset(source(PhotoMissingError("gone")), dataset.folder / "catalogue.csv")
    with pytest.raises(StoreUnavailableError):
        confirmed_dataset(source(StoreUnavailableError("away")), dataset.folder / "catalogue.csv")
