"""Published posts and smiles, in the database."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, cast, column, delete, exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from spark_vision.domain.post import Post, PostState
from spark_vision.ports.feed import Asked, Smiles
from spark_vision.storage.posts import post_of
from spark_vision.storage.tables.decisions import TagRow
from spark_vision.storage.tables.posts import PostRow
from spark_vision.storage.tables.smiles import SmileRow


class SqlFeed:
    """Published posts and smiles of one session; see `ports.feed.Feed`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def published(self, asked: Asked, count: int) -> list[Post]:
        wanted = select(PostRow).where(PostRow.state == PostState.PUBLISHED.value)
        if asked.poster_id is not None:
            wanted = wanted.where(PostRow.poster_id == asked.poster_id)
        if asked.product_ids is not None:
            wanted = wanted.where(self._tagged(asked.product_ids))
        return self._page(wanted, PostRow.published_at, asked.behind, count)

    def by_poster(self, poster_id: str, behind: tuple[datetime, str] | None, count: int) -> list[Post]:
        wanted = select(PostRow).where(PostRow.poster_id == poster_id)
        return self._page(wanted, PostRow.created_at, behind, count)

    def smile(self, post_id: str, account_id: str, now: datetime) -> None:
        try:
            with self._session.begin_nested():
                self._session.add(SmileRow(post_id=post_id, account_id=account_id, smiled_at=now))
        except IntegrityError:
            return  # They smile already.

    def unsmile(self, post_id: str, account_id: str) -> None:
        theirs = (SmileRow.post_id == post_id, SmileRow.account_id == account_id)
        self._session.execute(delete(SmileRow).where(*theirs))

    def smiles(self, post_ids: Sequence[str], account_id: str | None) -> dict[str, Smiles]:
        mine = func.count().filter(SmileRow.account_id == (account_id or ""))
        counted = (
            select(SmileRow.post_id, func.count(), mine)
            .where(SmileRow.post_id.in_(post_ids))
            .group_by(SmileRow.post_id)
        )
        found = {row[0]: Smiles(row[1], bool(row[2])) for row in self._session.execute(counted)}
        return {post_id: found.get(post_id, Smiles()) for post_id in post_ids}

    def _page(
        self,
        wanted: Select[PostRow],
        moment: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
        behind: tuple[datetime, str] | None,
        count: int,
    ) -> list[Post]:
        if behind is not None:
            wanted = wanted.where(tuple_(moment, PostRow.id) < tuple_(*behind))
        rows = self._session.scalars(wanted.order_by(moment.desc(), PostRow.id.desc()).limit(count))
        return [post_of(row) for row in rows]

    def _tagged(self, product_ids: Sequence[str]) -> ColumnElement[bool]:
        """One parameter for any number of products: databases bound how many there may be."""
        listed = json.dumps(list(product_ids))
        if self._session.get_bind().dialect.name == "sqlite":
            each = func.json_each(listed).table_valued(column("value", String))
        else:
            each = func.jsonb_array_elements_text(cast(listed, JSONB)).table_valued(column("value", String))
        return exists().where(TagRow.post_id == PostRow.id, TagRow.product_id.in_(select(each.c.value)))
