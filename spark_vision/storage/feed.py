"""Published posts and smiles, in the database."""

import json
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    column,
    delete,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from spark_vision.domain.post import PostState
from spark_vision.ports.feed import Asked, Listed, Smiles, Stretch
from spark_vision.storage.base import UtcDateTime
from spark_vision.storage.tables.decisions import TagRow
from spark_vision.storage.tables.posts import PostRow
from spark_vision.storage.tables.smiles import SmileRow


class SqlFeed:
    """Published posts and smiles of one session; see `ports.feed.Feed`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def published(self, asked: Asked, stretch: Stretch) -> list[Listed]:
        given: dict[str, Any] = {"poster": asked.poster_id, "product": asked.product_id}
        if asked.any_of is not None:
            given["products"] = json.dumps(list(asked.any_of))
        return self._page(given, stretch, own=False)

    def by_poster(self, poster_id: str, stretch: Stretch) -> list[Listed]:
        return self._page({"poster": poster_id}, stretch, own=True)

    def smile(self, post_id: str, account_id: str, now: datetime) -> None:
        try:
            with self._session.begin_nested():
                self._session.add(SmileRow(post_id=post_id, account_id=account_id, smiled_at=now))
        except IntegrityError:
            return  # They smile already.

    def unsmile(self, post_id: str, account_id: str) -> None:
        theirs = (SmileRow.post_id == post_id, SmileRow.account_id == account_id)
        self._session.execute(delete(SmileRow).where(*theirs))

    def smiles(self, post_id: str, account_id: str | None) -> Smiles:
        mine = func.count().filter(SmileRow.account_id == (account_id or ""))
        counted = select(func.count(), mine).where(SmileRow.post_id == post_id)
        count, own = self._session.execute(counted).one()
        return Smiles(count, bool(own))

    def _page(self, given: dict[str, Any], stretch: Stretch, own: bool) -> list[Listed]:
        given = {name: value for name, value in given.items() if value is not None}
        if stretch.behind is not None:
            given["at"], given["last"] = stretch.behind
        connection = self._session.connection()
        page = _page_of(_Shape(own, frozenset(given), connection.dialect.name))
        given |= {"length": stretch.length, "viewer": stretch.viewer or ""}
        return [Listed(*row) for row in connection.execute(page, given).all()]


class _Shape(NamedTuple):
    """A kind of page. own: of any state, else of published posts; given: which parameters narrow it."""

    own: bool
    given: frozenset[str]
    dialect: str


@cache
def _page_of(shape: _Shape) -> Select[*tuple[Any, ...]]:
    """The query for a kind of page, built once: building it anew takes longer than the database does."""
    moment = PostRow.created_at if shape.own else PostRow.published_at
    smiles = select(func.count()).where(SmileRow.post_id == PostRow.id).scalar_subquery()
    smiled = exists().where(SmileRow.post_id == PostRow.id, SmileRow.account_id == bindparam("viewer"))
    page = select(PostRow.id, PostRow.version, moment, smiles, smiled).where(*_narrowed(shape))
    # A published post was published at some time, though its column may be empty for others.
    newest = page.where(moment.is_not(None)).order_by(moment.desc(), PostRow.id.desc())
    return newest.limit(bindparam("length", type_=Integer()))


def _narrowed(shape: _Shape) -> list[ColumnElement[bool]]:
    wanted = [] if shape.own else [PostRow.state == PostState.PUBLISHED.value]
    if "poster" in shape.given:
        wanted.append(PostRow.poster_id == bindparam("poster"))
    if "product" in shape.given:
        # From the product to its posts: they are few, and the feed is long.
        tagged = select(TagRow.post_id).where(TagRow.product_id == bindparam("product"))
        wanted.append(PostRow.id.in_(tagged))
    if "products" in shape.given:
        wanted.append(_tagged(shape.dialect))
    if "at" in shape.given:
        moment = PostRow.created_at if shape.own else PostRow.published_at
        at = bindparam("at", type_=UtcDateTime())
        # The first half alone lets a database begin in the middle of its index.
        wanted += [moment <= at, or_(moment < at, PostRow.id < bindparam("last"))]
    return wanted


def _tagged(dialect: str) -> ColumnElement[bool]:
    """One parameter for any number of products: databases bound how many there may be."""
    listed = bindparam("products", type_=String())
    if dialect == "sqlite":
        each = func.json_each(listed).table_valued(column("value", String))
    else:
        each = func.jsonb_array_elements_text(cast(listed, JSONB)).table_valued(column("value", String))
    return exists().where(TagRow.post_id == PostRow.id, TagRow.product_id.in_(select(each.c.value)))
