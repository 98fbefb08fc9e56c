"""Published posts and smiles, in the database."""

import json
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    String,
    TableValuedAlias,
    any_,
    bindparam,
    cast,
    column,
    delete,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from spark_vision.core.feed import FeedEntry, FeedFilter, PageSpec, Smiles
from spark_vision.core.post import PostState
from spark_vision.database.base import UtcDateTime
from spark_vision.database.tables.decisions import TagRow
from spark_vision.database.tables.posts import PostRow
from spark_vision.database.tables.smiles import SmileRow

_TAGGED = frozenset({"product", "products"})
# So many posts are looked at one by one, at first and then again, for a tag that is asked for.
_NEAR, _FAR = 400, 5_000
# So many tags are few: to go to their posts one by one takes a few milliseconds.
_FEW = 1_000


class FeedRepository:
    """Published posts and smiles of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def published(self, asked: FeedFilter, stretch: PageSpec) -> list[FeedEntry]:
        """Published posts, by when they were published, newest first, ties by id; in one query, or in few
        where products are asked for.
        """
        given: dict[str, Any] = {"poster": asked.poster_id}
        if asked.product_id is not None:
            given["product"] = json.dumps([asked.product_id])
        if asked.any_of is not None:
            given["products"] = json.dumps(list(asked.any_of))
        if _TAGGED.isdisjoint(given):
            return self._page(given, stretch, own=False)
        return self._tagged(given, stretch)

    def by_poster(self, poster_id: str, stretch: PageSpec) -> list[FeedEntry]:
        """Posts of an account in any state, by when they were made, newest first; in one query."""
        return self._page({"poster": poster_id}, stretch, own=True)

    def smile(self, post_id: str, account_id: str, now: datetime) -> None:
        """Keep that an account smiles at a post; again: nothing changes."""
        try:
            with self._session.begin_nested():
                self._session.add(SmileRow(post_id=post_id, account_id=account_id, smiled_at=now))
        except IntegrityError:
            return  # They smile already.

    def unsmile(self, post_id: str, account_id: str) -> None:
        """An account no longer smiles at a post; nothing changes where it did not."""
        theirs = (SmileRow.post_id == post_id, SmileRow.account_id == account_id)
        self._session.execute(delete(SmileRow).where(*theirs))

    def smiles(self, post_id: str, account_id: str | None) -> Smiles:
        """The smiles at a post, which need not be there."""
        mine = func.count().filter(SmileRow.account_id == (account_id or ""))
        counted = select(func.count(), mine).where(SmileRow.post_id == post_id)
        count, own = self._session.execute(counted).one()
        return Smiles(count, bool(own))

    def _tagged(self, given: dict[str, Any], stretch: PageSpec) -> list[FeedEntry]:
        """Posts with certain tags. One of many tags is met soon on the way down the feed, and from few tags
        one comes to their posts. For what is neither, all of those tags are listed; further down the feed is
        looked first where listing them takes long.
        """
        near = self._page({**given, "near": _NEAR}, stretch, own=False)
        if len(near) == stretch.length:
            return near
        few = {name: self._few(given[name]) for name in sorted(_TAGGED & given.keys())}
        found = [posts for posts in few.values() if posts is not None]
        if found:
            posts = json.dumps(sorted(set.intersection(*found)))
            many = {name: value for name, value in given.items() if few.get(name) is None}
            return [] if posts == "[]" else self._page({**many, "posts": posts}, stretch, own=False)
        if self._session.connection().dialect.name != "sqlite":
            far = self._page({**given, "near": _FAR}, stretch, own=False)
            if len(far) == stretch.length:
                return far
        return self._page(given, stretch, own=False)

    def _few(self, products: str) -> set[str] | None:
        """The posts with a tag of one of these products; None where there are many such tags."""
        connection = self._session.connection()
        given = {"listed": products, "most": _FEW + 1}
        posts = connection.execute(_tags_of(connection.dialect.name), given).scalars().all()
        return None if len(posts) > _FEW else set(posts)

    def _page(self, given: dict[str, Any], stretch: PageSpec, own: bool) -> list[FeedEntry]:
        given = {name: value for name, value in given.items() if value is not None}
        if stretch.behind is not None:
            given["at"], given["last"] = stretch.behind
        connection = self._session.connection()
        page = _page_of(_Shape(own, frozenset(given), connection.dialect.name))
        given |= {"length": stretch.length, "viewer": stretch.viewer or ""}
        return [FeedEntry(*row) for row in connection.execute(page, given).all()]


class _Shape(NamedTuple):
    """A kind of page. own: of any state, else of published posts; given: which parameters narrow it."""

    own: bool
    given: frozenset[str]
    dialect: str


@cache
def _page_of(shape: _Shape) -> Select[*tuple[Any, ...]]:
    """The query for a kind of page, built once: building it anew takes longer than the database does."""
    moment = _moment(shape)
    smiles = select(func.count()).where(SmileRow.post_id == PostRow.id).scalar_subquery()
    smiled = exists().where(SmileRow.post_id == PostRow.id, SmileRow.account_id == bindparam("viewer"))
    page = select(PostRow.id, PostRow.version, moment, smiles, smiled).where(*_narrowed(shape))
    newest = page.order_by(moment.desc(), PostRow.id.desc())
    return newest.limit(bindparam("length", type_=Integer()))


def _narrowed(shape: _Shape) -> list[ColumnElement[bool]]:
    wanted = _in_reach(shape)
    if "posts" in shape.given:
        wanted.append(PostRow.id.in_(_each("posts", shape.dialect)))
    if "near" in shape.given:
        wanted.append(_moment(shape) >= _end_of_near(shape))
    one_by_one = not shape.given.isdisjoint({"posts", "near"})
    with_tag = _has_tag if one_by_one else _is_listed
    return wanted + [with_tag(name, shape.dialect) for name in sorted(_TAGGED & shape.given)]


def _moment(shape: _Shape) -> InstrumentedAttribute[Any]:
    return PostRow.created_at if shape.own else PostRow.published_at


def _in_reach(shape: _Shape) -> list[ColumnElement[bool]]:
    """What an index of posts answers: their state, their poster, and from where on."""
    wanted = [] if shape.own else [PostRow.state == PostState.PUBLISHED.value]
    if "poster" in shape.given:
        wanted.append(PostRow.poster_id == bindparam("poster"))
    moment = _moment(shape)
    # A published post was published at some time, though its column may be empty for others.
    wanted.append(moment.is_not(None))
    if "at" in shape.given:
        at = bindparam("at", type_=UtcDateTime())
        # The first half alone lets a database begin in the middle of its index.
        wanted += [moment <= at, or_(moment < at, PostRow.id < bindparam("last"))]
    return wanted


def _end_of_near(shape: _Shape) -> ColumnElement[Any]:
    """The moment of the last of the posts that are near; the oldest one's where they all are."""
    moment = _moment(shape)
    reach = select(moment).where(*_in_reach(shape))
    last = reach.order_by(moment.desc()).limit(1).offset(bindparam("near", type_=Integer()))
    return func.coalesce(
        last.correlate(None).scalar_subquery(),
        reach.order_by(moment).limit(1).correlate(None).scalar_subquery(),
    )


def _has_tag(name: str, dialect: str) -> ColumnElement[bool]:
    """For a post at a time. The empty text keeps databases from looking into an index for each product,
    of which there may be thousands: the post's few tags are looked through.
    """
    product = TagRow.product_id.concat("")
    return exists().where(TagRow.post_id == PostRow.id, product.in_(_each(name, dialect)))


def _is_listed(name: str, dialect: str) -> ColumnElement[bool]:
    """For all posts: the tags' posts are listed once. The empty text keeps SQLite on the way down the feed,
    where it would go to each of the listed posts if the database has statistics.
    """
    tagged = select(TagRow.post_id).where(TagRow.product_id.in_(_each(name, dialect)))
    if dialect == "sqlite":
        return PostRow.id.concat("").in_(tagged)
    return PostRow.id == any_(func.array(tagged.scalar_subquery(), type_=ARRAY(String)))


@cache
def _tags_of(dialect: str) -> Select[str]:
    """From products to the posts of their first tags, as many as are asked for."""
    each = _listed("listed", dialect)
    most = bindparam("most", type_=Integer())
    wanted = TagRow.product_id == each.c.value
    if dialect == "sqlite":
        return select(TagRow.post_id).join_from(each, TagRow, wanted).limit(most)
    # Elsewhere, not knowing how many products there are, the planner would read the whole table.
    tags = select(TagRow.post_id).where(wanted).limit(most).lateral()
    return select(tags.c.post_id).select_from(each).join(tags, true()).limit(most)


def _each(name: str, dialect: str) -> Select[str]:
    return select(_listed(name, dialect).c.value)


def _listed(name: str, dialect: str) -> TableValuedAlias:
    """One parameter for any number of texts: databases bound how many there may be."""
    listed = bindparam(name, type_=String())
    if dialect == "sqlite":
        return func.json_each(listed).table_valued(column("value", String))
    return func.jsonb_array_elements_text(cast(listed, JSONB)).table_valued(column("value", String))
