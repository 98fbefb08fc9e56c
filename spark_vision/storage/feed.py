"""Published posts and smiles, in the database."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, column, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from spark_vision.domain.post import Post, PostState
from spark_vision.ports.feed import Asked, Behind, Listed, Smiles
from spark_vision.storage.posts import post_of
from spark_vision.storage.tables.decisions import TagRow
from spark_vision.storage.tables.posts import PostRow
from spark_vision.storage.tables.smiles import SmileRow

_Moment = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


class SqlFeed:
    """Published posts and smiles of one session; see `ports.feed.Feed`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def published(self, asked: Asked, behind: Behind, count: int) -> list[Listed]:
        wanted = [PostRow.state == PostState.PUBLISHED.value]
        if asked.poster_id is not None:
            wanted.append(PostRow.poster_id == asked.poster_id)
        if asked.product_id is not None:
            # From the product to its posts: they are few, and the feed is long.
            tagged = select(TagRow.post_id).where(TagRow.product_id == asked.product_id)
            wanted.append(PostRow.id.in_(tagged))
        if asked.any_of is not None:
            wanted.append(self._tagged(asked.any_of))
        return self._page(wanted, PostRow.published_at, behind, count)

    def by_poster(self, poster_id: str, behind: Behind, count: int) -> list[Listed]:
        return self._page([PostRow.poster_id == poster_id], PostRow.created_at, behind, count)

    def posts(self, post_ids: Sequence[str]) -> dict[str, Post]:
        rows = self._session.scalars(select(PostRow).where(PostRow.id.in_(post_ids)))
        return {row.id: post_of(row) for row in rows}

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
        self, wanted: list[ColumnElement[bool]], moment: _Moment, behind: Behind, count: int
    ) -> list[Listed]:
        """Posts that have the moment: a published one was published at some time."""
        if behind is not None:
            at, last = behind
            # The first half alone lets a database begin in the middle of its index.
            wanted += [moment <= at, or_(moment < at, PostRow.id < last)]
        page = select(PostRow.id, PostRow.version, moment).where(*wanted)
        newest = page.order_by(moment.desc(), PostRow.id.desc()).limit(count)
        rows = self._session.execute(newest)
        return [Listed(post_id, version, at) for post_id, version, at in rows if at is not None]

    def _tagged(self, product_ids: Sequence[str]) -> ColumnElement[bool]:
        """One parameter for any number of products: databases bound how many there may be."""
        listed = json.dumps(list(product_ids))
        if self._session.get_bind().dialect.name == "sqlite":
            each = func.json_each(listed).table_valued(column("value", String))
        else:
            each = func.jsonb_array_elements_text(cast(listed, JSONB)).table_valued(column("value", String))
        return exists().where(TagRow.post_id == PostRow.id, TagRow.product_id.in_(select(each.c.value)))
