"""Learned views, in the database."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, exists, func, select, tuple_, update
from sqlalchemy.orm import Session

from spark_vision.core.feed import Cursor
from spark_vision.core.geometry import Box
from spark_vision.core.learned_view import LearnedView, Polarity
from spark_vision.core.post import PostState
from spark_vision.core.stored_view import StoredView
from spark_vision.database.box_columns import box_of, numbers_of
from spark_vision.database.repositories.accounts import in_good_standing
from spark_vision.database.tables.learned import LearnedStateRow, LearnedViewRow
from spark_vision.database.tables.posts import PostRow

_NUMBERS = np.dtype("<f4")


class LearnedViewRepository:
    """Learned views of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, view: LearnedView) -> None:
        """Keep a new view."""
        row = LearnedViewRow(
            id=view.id,
            product_id=view.product_id,
            poster_id=view.poster_id,
            post_id=view.post_id,
            photo_digest=view.photo_digest,
            box=numbers_of(view.box),
            stance=view.stance.value,
            learned_at=view.learned_at,
            withdrawn_at=view.withdrawn_at,
            removed_at=view.removed_at,
            removed_by=view.removed_by,
            version=view.version,
            shared=view.shared,
            established=view.established,
            revision=self._raised(),
        )
        self._session.add(row)
        self._session.flush()

    def move(self, view_id: str, box: Box | None) -> None:
        """It is of another region now; the vector is dropped. Nothing where it was so already, or is none."""
        row = self._held(view_id)
        if row is None or row.withdrawn_at is not None or box_of(row.box) == box:
            return
        row.box, row.encoder, row.vector = numbers_of(box), None, None
        row.version, row.revision = row.version + 1, self._raised()
        self._session.flush()

    def withdraw(self, view_id: str, at: datetime) -> None:
        """Its decision no longer holds; the vector is dropped. Without such a view, nothing."""
        self._withdraw(LearnedViewRow.id == view_id, at)

    def withdraw_post(self, post_id: str, at: datetime) -> None:
        """The same for all views of a post."""
        self._withdraw(LearnedViewRow.post_id == post_id, at)

    def share(self, *, post_id: str | None = None, account_id: str | None = None) -> None:
        """Decide again which views of a post or an account count for others.

        Those of published posts count, unless the account is not in good standing.
        """
        which = LearnedViewRow.post_id == post_id if post_id else LearnedViewRow.poster_id == account_id
        published = exists().where(
            PostRow.id == LearnedViewRow.post_id, PostRow.state == PostState.PUBLISHED.value
        )
        counts = and_(published, in_good_standing(LearnedViewRow.poster_id))
        for shared in (True, False):
            wrong = and_(which, LearnedViewRow.shared.is_(not shared), counts if shared else ~counts)
            ids = list(self._session.scalars(select(LearnedViewRow.id).where(wrong)))
            if ids:
                rows = update(LearnedViewRow).where(LearnedViewRow.id.in_(ids))
                values = {"shared": shared, "revision": self._raised()}
                self._session.execute(rows.values(version=LearnedViewRow.version + 1, **values))

    def held(self, view_id: str) -> LearnedView | None:
        """The view, and nobody else changes it before this transaction ends."""
        if "\0" in view_id:  # which PostgreSQL refuses to look for
            return None
        row = self._held(view_id)
        return None if row is None else _view(row)

    def save(self, view: LearnedView) -> LearnedView:
        """Write a held view; what is returned has the next version."""
        row = self._session.get_one(LearnedViewRow, view.id)
        row.removed_at, row.removed_by = view.removed_at, view.removed_by
        row.version, row.revision = view.version + 1, self._raised()
        self._session.flush()
        return _view(row)

    def removal(self, view: LearnedView) -> LearnedView | None:
        """A removed view of the same poster, product, photo and stance, the last one removed."""
        same = (
            LearnedViewRow.photo_digest == view.photo_digest,
            LearnedViewRow.product_id == view.product_id,
            LearnedViewRow.poster_id == view.poster_id,
            LearnedViewRow.stance == view.stance.value,
            LearnedViewRow.removed_at.is_not(None),
        )
        last = LearnedViewRow.removed_at.desc(), LearnedViewRow.id
        row = self._session.scalar(select(LearnedViewRow).where(*same).order_by(*last).limit(1))
        return None if row is None else _view(row)

    def revision(self) -> int:
        """A number that rises with each change by any process."""
        return self._session.scalars(select(LearnedStateRow.revision)).one()

    def changed(self, after: int) -> list[StoredView]:
        """The views that changed after a revision, by revision and id."""
        wanted = select(LearnedViewRow).where(LearnedViewRow.revision > after)
        rows = self._session.scalars(wanted.order_by(LearnedViewRow.revision, LearnedViewRow.id))
        return [StoredView(_view(row), row.revision, row.encoder, _vector(row)) for row in rows]

    def keep_vector(self, view: LearnedView, encoder: str, vector: NDArray[np.float32]) -> None:
        # What changes a view raises its version: a vector of where it was before is not kept.
        """Keep a view's embedding, unless the view was changed or withdrawn by now. The revision stays."""
        same = (LearnedViewRow.id == view.id, LearnedViewRow.version == view.version)
        kept = {"encoder": encoder, "vector": vector.astype(_NUMBERS).tobytes()}
        self._session.execute(update(LearnedViewRow).where(*same).values(kept))

    def count(self) -> int:
        """How many views stand."""
        standing = (LearnedViewRow.withdrawn_at.is_(None), LearnedViewRow.removed_at.is_(None))
        return self._session.scalars(select(func.count()).where(*standing)).one()

    def page(self, product_id: str, behind: Cursor, count: int) -> list[LearnedView]:
        """Views that are not withdrawn, newest first; product_id: of one product; empty: of all."""
        if "\0" in product_id:
            return []
        place = LearnedViewRow.learned_at, LearnedViewRow.id
        wanted = select(LearnedViewRow).where(LearnedViewRow.withdrawn_at.is_(None))
        if product_id:
            wanted = wanted.where(LearnedViewRow.product_id == product_id)
        if behind is not None:
            wanted = wanted.where(tuple_(*place) < behind)
        rows = self._session.scalars(wanted.order_by(*(column.desc() for column in place)).limit(count))
        return [_view(row) for row in rows]

    def _held(self, view_id: str) -> LearnedViewRow | None:
        anew = select(LearnedViewRow).with_for_update().execution_options(populate_existing=True)
        return self._session.scalar(anew.where(LearnedViewRow.id == view_id))

    def _withdraw(self, which: ColumnElement[bool], at: datetime) -> None:
        standing = select(LearnedViewRow.id).where(which, LearnedViewRow.withdrawn_at.is_(None))
        ids = list(self._session.scalars(standing))
        if not ids:
            return
        gone = {"withdrawn_at": at, "encoder": None, "vector": None, "revision": self._raised()}
        rows = update(LearnedViewRow).where(LearnedViewRow.id.in_(ids))
        self._session.execute(rows.values(version=LearnedViewRow.version + 1, **gone))

    def _raised(self) -> int:
        """The next revision; whoever changes something else waits till this transaction ends."""
        raised = update(LearnedStateRow).values(revision=LearnedStateRow.revision + 1)
        return self._session.scalars(raised.returning(LearnedStateRow.revision)).one()


def _view(row: LearnedViewRow) -> LearnedView:
    return LearnedView(
        id=row.id,
        product_id=row.product_id,
        poster_id=row.poster_id,
        post_id=row.post_id,
        photo_digest=row.photo_digest,
        box=box_of(row.box),
        stance=Polarity(row.stance),
        learned_at=row.learned_at,
        withdrawn_at=row.withdrawn_at,
        removed_at=row.removed_at,
        removed_by=row.removed_by,
        version=row.version,
        shared=row.shared,
        established=row.established,
    )


def _vector(row: LearnedViewRow) -> NDArray[np.float32] | None:
    return None if row.vector is None else np.frombuffer(row.vector, _NUMBERS).astype(np.float32)
