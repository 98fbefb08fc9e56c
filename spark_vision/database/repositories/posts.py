"""Posts and what is known of photo files, in the database."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Select, delete, distinct, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from spark_vision.core.account import Account, Role
from spark_vision.core.geometry import Box
from spark_vision.core.post import Photo, Post, PostState
from spark_vision.core.post_counts import PostCounts, UploadClaim
from spark_vision.database.tables.posts import PhotoRow, PostRow
from spark_vision.database.tables.smiles import SmileRow

_ARRIVING, _KEPT, _LEAVING = "arriving", "kept", "leaving"


class PostRepository:
    """Posts of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, post: Post) -> None:
        """Keep a new post; its photo must be kept."""
        row = PostRow(
            id=post.id,
            poster_id=post.poster.id,
            photo_digest=post.photo.digest,
            created_at=post.created_at,
            version=post.version,
        )
        _write(row, post)
        self._session.add(row)
        self._session.flush()

    def get(self, post_id: str) -> Post | None:
        """The post with this id."""
        return self._found(select(PostRow), post_id)

    def many(self, post_ids: Collection[str]) -> dict[str, Post]:
        """Those of some posts that are there, by id."""
        rows = self._session.scalars(select(PostRow).where(PostRow.id.in_(post_ids)))
        return {row.id: post_of(row) for row in rows}

    def drafts(self, poster_id: str, count: int) -> list[Post]:
        """An account's drafts, newest first, ties by id."""
        theirs = PostRow.poster_id == poster_id, PostRow.state == PostState.DRAFT.value
        newest = PostRow.created_at.desc(), PostRow.id.desc()
        rows = self._session.scalars(select(PostRow).where(*theirs).order_by(*newest).limit(count))
        return [post_of(row) for row in rows]

    def tally(self, poster_id: str) -> dict[PostState, PostCounts]:
        """An account's posts by state, where there are any; in one query."""
        counted = select(PostRow.state, func.count(distinct(PostRow.id)), func.count(SmileRow.account_id))
        smiled = counted.outerjoin(SmileRow, SmileRow.post_id == PostRow.id)
        theirs = smiled.where(PostRow.poster_id == poster_id).group_by(PostRow.state)
        return {
            PostState(state): PostCounts(posts, smiles)
            for state, posts, smiles in self._session.execute(theirs)
        }

    def held(self, post_id: str) -> Post | None:
        """The same, and nobody else changes the post before this transaction ends."""
        anew = select(PostRow).with_for_update(of=PostRow).execution_options(populate_existing=True)
        return self._found(anew, post_id)

    def save(self, post: Post) -> Post:
        """Write a held post's caption, state and boxes; what is returned has the next version."""
        row = self._session.get_one(PostRow, post.id)
        _write(row, post)
        row.version = post.version + 1
        self._session.flush()
        return replace(post, version=row.version)

    def remove(self, post_id: str) -> None:
        """Remove a post with its suggestions, tags and rejections; its decisions stay."""
        self._session.execute(delete(PostRow).where(PostRow.id == post_id))

    def _found(self, wanted: Select[PostRow], post_id: str) -> Post | None:
        if "\0" in post_id:  # which PostgreSQL refuses to look for
            return None
        row = self._session.scalar(wanted.where(PostRow.id == post_id))
        return None if row is None else post_of(row)


class PhotoRepository:
    """Photo files' records of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def arrive(self, photo: Photo, now: datetime) -> UploadClaim:
        """Note that the files are about to be written, unless they are kept already."""
        row = self._held(photo.digest)
        if row is None:
            row = self._added(photo, now)
        elif row.state == _LEAVING:
            row.state, row.token, row.since = _ARRIVING, uuid4().hex, now
            self._session.flush()
        return UploadClaim(row.state == _KEPT, row.token)

    def keep(self, digest: str, token: str) -> bool:
        """The files are there; false where they were taken away since `arrive`: then begin again."""
        row = self._held(digest)
        if row is None or row.state == _LEAVING or row.token != token:
            return False
        row.state = _KEPT
        self._session.flush()
        return True

    def leave_unless_used(self, digest: str) -> bool:
        """Note that the files are about to be removed; false where a post still shows them."""
        row = self._held(digest)
        if row is None or self._session.scalar(select(exists().where(PostRow.photo_digest == digest))):
            return False
        row.state = _LEAVING
        self._session.flush()
        return True

    def forget(self, digest: str) -> bool:
        """Drop the note of a photo that is leaving; false where it is not. Holds it till the end."""
        row = self._held(digest)
        if row is None or row.state != _LEAVING:
            return False
        self._session.delete(row)
        self._session.flush()
        return True

    def unsettled(self) -> list[Photo]:
        """The photos that are arriving or leaving."""
        rows = self._session.scalars(select(PhotoRow).where(PhotoRow.state.in_((_ARRIVING, _LEAVING))))
        return [photo_of(row) for row in rows]

    def kept(self, after: str, count: int) -> list[Photo]:
        """The next `count` kept photos behind a digest, by digest."""
        wanted = select(PhotoRow).where(PhotoRow.state == _KEPT, PhotoRow.digest > after)
        return [photo_of(row) for row in self._session.scalars(wanted.order_by(PhotoRow.digest).limit(count))]

    def _held(self, digest: str) -> PhotoRow | None:
        wanted = select(PhotoRow).where(PhotoRow.digest == digest).with_for_update()
        return self._session.scalar(wanted.execution_options(populate_existing=True))

    def _added(self, photo: Photo, now: datetime) -> PhotoRow:
        row = PhotoRow(
            digest=photo.digest,
            width=photo.width,
            height=photo.height,
            widths=list(photo.widths),
            state=_ARRIVING,
            token=uuid4().hex,
            since=now,
        )
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError:  # another one brought the same photo in this very moment
            return self._session.get_one(PhotoRow, photo.digest, with_for_update=True)
        return row


def post_of(row: PostRow) -> Post:
    """A row as a value; its poster and photo come with it."""
    return Post(
        id=row.id,
        poster=Account(row.poster.id, row.poster.name, Role(row.poster.role)),
        photo=photo_of(row.photo),
        caption=row.caption,
        created_at=row.created_at,
        state=PostState(row.state),
        published_at=row.published_at,
        removal_reason=row.removal_reason,
        boxes=tuple(Box(*values) for values in row.boxes),
        version=row.version,
    )


def photo_of(row: PhotoRow) -> Photo:
    """A row as a value."""
    return Photo(row.digest, row.width, row.height, tuple(row.widths))


def _write(row: PostRow, post: Post) -> None:
    row.caption, row.state, row.published_at = post.caption, post.state.value, post.published_at
    row.removal_reason = post.removal_reason
    row.boxes = [[box.x, box.y, box.width, box.height] for box in post.boxes]
