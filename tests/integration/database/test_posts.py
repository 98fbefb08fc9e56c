"""Posts and their photos, from the first byte to the last."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from spark_vision.core.account import ANONYMOUS, Role
from spark_vision.core.errors import (
    AuthenticationRequiredError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    VersionConflictError,
)
from spark_vision.core.geometry import Box
from spark_vision.core.post import PostState
from spark_vision.database.photo_files import FsspecPhotoFiles
from spark_vision.database.store import Store
from spark_vision.social.account_summary import get_account_summary
from spark_vision.social.feed import smile
from spark_vision.tagging import posts
from spark_vision.tagging.context import (
    ANY_VERSION,
    TaggingContext,
    get_own_post,
    get_own_post_for_update,
    get_visible_post,
)
from spark_vision.tagging.photos import find_missing_files, read_photo, recover_interrupted_photos
from tests.integration.database.factories import NOW, FailingFiles, Notebook, draft, picture, someone


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_a_post_is_kept_as_it_was_made(room: TaggingContext) -> None:
    ada = someone(room.store, "Ada")
    made = draft(room, ada, caption="Für dich\n🍎")
    with room.store.reading() as work:
        assert work.posts.get(made.id) == made
    assert (made.photo.width, made.photo.height, made.photo.widths) == (700, 500, (320, 640))
    for width in (320, 640, 700):
        assert read_photo(room, made.photo, width) == picture(0).files[width]


def test_an_account_is_told_what_it_has_as_a_whole(room: TaggingContext) -> None:
    ada, ben = someone(room.store, "Ada"), someone(room.store, "Ben")
    made = [draft(room, ada, seed) for seed in range(4)]
    draft(room, ben)
    for post in made[:2]:
        posts.publish(room, ada, post.id, ANY_VERSION, NOW)
        smile(room.store, post.id, ben, NOW)
    smile(room.store, made[0].id, ada, NOW)
    own = get_account_summary(room.store, ada, 1)
    assert own.posts == {PostState.DRAFT: 2, PostState.PUBLISHED: 2}
    assert own.smiles == 3
    assert [post.id for post in own.drafts] == [max(made[2].id, made[3].id)]
    with pytest.raises(AuthenticationRequiredError):
        get_account_summary(room.store, ANONYMOUS, 1)


def test_a_bad_caption_leaves_nothing_that_is_shown(room: TaggingContext) -> None:
    with pytest.raises(InvalidInputError):
        draft(room, someone(room.store, "Ada"), caption="x\0")
    with room.store.reading() as work:
        assert work.photos.kept("", 10) == []


def test_who_may_see_and_change_what(room: TaggingContext) -> None:
    ada, ben, root = (
        someone(room.store, name, role)
        for name, role in (("Ada", Role.POSTER), ("Ben", Role.POSTER), ("Root", Role.ADMIN))
    )
    post = draft(room, ada)
    with room.store.writing() as work:
        for actor in (ben, ANONYMOUS):
            with pytest.raises(NotFoundError):
                get_visible_post(work, post.id, actor)
            with pytest.raises(NotFoundError):
                get_own_post_for_update(work, post.id, actor, ANY_VERSION)
        assert get_visible_post(work, post.id, root) == get_own_post(work, post.id, ada) == post
        with pytest.raises(NotFoundError):
            get_visible_post(work, "no\0such", ada)
    posts.publish(room, ada, post.id, ANY_VERSION, NOW)
    with room.store.writing() as work:
        assert get_visible_post(work, post.id, ANONYMOUS).state is PostState.PUBLISHED
        for actor in (ben, ANONYMOUS):
            with pytest.raises(PermissionDeniedError):
                get_own_post_for_update(work, post.id, actor, ANY_VERSION)


def test_each_change_has_a_version_and_builds_on_one(room: TaggingContext) -> None:
    ada = someone(room.store, "Ada")
    post = draft(room, ada)
    assert posts.set_caption(room, ada, post.id, "One", frozenset({1})).post.version == 2
    with pytest.raises(VersionConflictError):
        posts.set_caption(room, ada, post.id, "Two", frozenset({1}))
    assert posts.set_caption(room, ada, post.id, "One", ANY_VERSION).post.version == 2
    boxes = (Box(0.1, 0.2, 0.3, 0.4),)
    changed = posts.set_boxes(room, ada, post.id, boxes, frozenset({1, 2})).post
    assert (changed.version, changed.boxes) == (3, boxes)
    assert posts.publish(room, ada, post.id, ANY_VERSION, NOW).post.published_at == NOW
    assert posts.hide(room, ada, post.id, ANY_VERSION).post.state is PostState.HIDDEN
    again = posts.publish(room, ada, post.id, ANY_VERSION, NOW + timedelta(days=1)).post
    assert (again.published_at, again.version, again.caption) == (NOW, 6, "One")
    with room.store.reading() as work:
        assert work.posts.get(post.id) == again


def test_the_last_post_takes_its_photo_along(room: TaggingContext, tmp_path: Path) -> None:
    ada, ben = someone(room.store, "Ada"), someone(room.store, "Ben")
    one, two, other = draft(room, ada, seed=1), draft(room, ben, seed=1), draft(room, ada, seed=2)
    assert one.photo == two.photo != other.photo
    posts.delete(room, ada, one.id, ANY_VERSION)
    assert read_photo(room, two.photo, two.photo.width)
    posts.delete(room, ben, two.id, ANY_VERSION)
    assert {name[:64] for name in files(tmp_path / "photos")} == {other.photo.digest}
    with pytest.raises(NotFoundError):
        posts.delete(room, ben, two.id, ANY_VERSION)
    assert draft(room, ben, seed=1).photo == two.photo
    assert list(find_missing_files(room)) == []


def test_a_smaller_copy_that_is_gone_is_made_again(room: TaggingContext, tmp_path: Path) -> None:
    post = draft(room, someone(room.store, "Ada"))
    (copy,) = (tmp_path / "photos").rglob("*-320.jpg")
    copy.unlink()
    assert read_photo(room, post.photo, 320).startswith(b"\xff\xd8")
    assert copy.is_file()
    assert list(find_missing_files(room)) == []
    (whole,) = (tmp_path / "photos").rglob(f"{post.photo.digest}.jpg")
    whole.unlink()
    assert list(find_missing_files(room)) == [post.photo]


def test_files_without_a_row_are_gone_after_the_next_start(sql_store: Store, tmp_path: Path) -> None:
    """A process that ends between file and row, at an upload and at a removal."""
    disk = FailingFiles(str(tmp_path / "photos"))
    room = TaggingContext(sql_store, disk, Notebook())
    ada = someone(sql_store, "Ada")
    kept, leaving, arriving = draft(room, ada, seed=1), draft(room, ada, seed=2), picture(3)
    disk.broken = True
    assert posts.delete(room, ada, leaving.id, ANY_VERSION) is False
    with sql_store.writing() as work:
        work.photos.arrive(arriving.photo, NOW)
    disk.broken = False
    disk.write(arriving.photo, arriving.files)
    assert len(files(tmp_path / "photos")) == 9
    assert recover_interrupted_photos(room) == 2
    assert {name[:64] for name in files(tmp_path / "photos")} == {kept.photo.digest}
    assert recover_interrupted_photos(room) == 0
    assert draft(room, ada, seed=3).photo == arriving.photo
    assert list(find_missing_files(room)) == []


def test_half_a_file_of_an_upload_is_gone_after_the_next_start(
    room: TaggingContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that ends while it writes: what it had written lies beside, under a name of its own."""

    def end(file: int) -> None:
        raise SystemExit

    ada, arriving = someone(room.store, "Ada"), picture(3)
    kept = draft(room, ada, seed=1)
    with monkeypatch.context() as ending:
        ending.setattr("os.fsync", end)
        ending.setattr(Path, "unlink", lambda path, missing_ok=False: None)
        with pytest.raises(SystemExit):
            posts.create_post(room, ada, arriving, "", NOW)
    assert any(name.startswith(f".{arriving.photo.digest}") for name in files(tmp_path / "photos"))
    assert recover_interrupted_photos(room) == 1
    assert {name[:64] for name in files(tmp_path / "photos")} == {kept.photo.digest}


def test_old_halves_of_files_are_swept_and_new_ones_may_be_being_written(
    room: TaggingContext, tmp_path: Path
) -> None:
    kept = draft(room, someone(room.store, "Ada"))
    before = files(tmp_path / "photos")
    (whole,) = (tmp_path / "photos").rglob(f"{kept.photo.digest}.jpg")
    old, new = (whole.with_name(f".{whole.name}.{mark * 32}") for mark in "ab")
    for half in (old, new):
        half.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert room.files.sweep() == 1
    assert sorted(files(tmp_path / "photos")) == sorted([*before, new.name])


def test_what_is_being_written_is_written_again_where_another_process_settles_it_away(
    room: TaggingContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, settled = Path.replace, []

    def late(beside: Path, path: Path) -> Path:
        if not settled:
            settled.append(recover_interrupted_photos(room))
        return rename(beside, path)

    monkeypatch.setattr(Path, "replace", late)
    post = draft(room, someone(room.store, "Ada"))
    assert settled == [1]
    assert read_photo(room, post.photo, post.photo.width)
    assert not any(name.startswith(".") for name in files(tmp_path / "photos"))


def test_an_upload_whose_files_were_settled_away_begins_again(room: TaggingContext, tmp_path: Path) -> None:
    """Another process starts, and settles, just when a file is there and its row is not."""

    class Settled(FsspecPhotoFiles):
        times = 0

        def write(self, photo, files) -> None:  # type: ignore[no-untyped-def]
            super().write(photo, files)
            self.times += 1
            if self.times == 1:
                assert recover_interrupted_photos(room) == 1

    disk = Settled(str(tmp_path / "photos"))
    busy = TaggingContext(room.store, disk, room.learner)
    post = draft(busy, someone(room.store, "Ada"))
    assert disk.times == 2
    assert read_photo(room, post.photo, post.photo.width)


def test_an_object_store_will_do(sql_store: Store) -> None:
    room = TaggingContext(sql_store, FsspecPhotoFiles("memory://photos"), Notebook())
    ada = someone(sql_store, "Ada")
    post = draft(room, ada, seed=7)
    assert read_photo(room, post.photo, 640) == picture(7).files[640]
    posts.delete(room, ada, post.id, ANY_VERSION)
    assert not room.files.has(post.photo)
