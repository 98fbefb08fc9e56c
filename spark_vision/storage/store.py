"""Transactions: the one place where something is committed."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from spark_vision.storage.accounts import SqlAccounts
from spark_vision.storage.calls import SqlCalls
from spark_vision.storage.commits import SqliteCommits
from spark_vision.storage.decisions import SqlDecisions, SqlSuggestions, SqlTags
from spark_vision.storage.faults import answering
from spark_vision.storage.feed import SqlFeed
from spark_vision.storage.imports import SqlImports
from spark_vision.storage.learned import SqlLearnedViews
from spark_vision.storage.ledger import SqlLedger
from spark_vision.storage.posts import SqlPhotos, SqlPosts
from spark_vision.storage.sales import SqlClicks, SqlSales


class SqlWork:
    """One transaction's repositories, made when they are asked for; see `ports.store.Work`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def accounts(self) -> SqlAccounts:
        return SqlAccounts(self._session)

    @cached_property
    def posts(self) -> SqlPosts:
        return SqlPosts(self._session)

    @cached_property
    def photos(self) -> SqlPhotos:
        return SqlPhotos(self._session)

    @cached_property
    def suggestions(self) -> SqlSuggestions:
        return SqlSuggestions(self._session)

    @cached_property
    def tags(self) -> SqlTags:
        return SqlTags(self._session)

    @cached_property
    def decisions(self) -> SqlDecisions:
        return SqlDecisions(self._session)

    @cached_property
    def learned(self) -> SqlLearnedViews:
        return SqlLearnedViews(self._session)

    @cached_property
    def calls(self) -> SqlCalls:
        return SqlCalls(self._session)

    @cached_property
    def imports(self) -> SqlImports:
        return SqlImports(self._session)

    @cached_property
    def feed(self) -> SqlFeed:
        return SqlFeed(self._session)

    @cached_property
    def clicks(self) -> SqlClicks:
        return SqlClicks(self._session)

    @cached_property
    def sales(self) -> SqlSales:
        return SqlSales(self._session)

    @cached_property
    def ledger(self) -> SqlLedger:
        return SqlLedger(self._session)


class SqlStore:
    """The store of one database; see `ports.store.Store`. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(writes=True)
        self._commits = SqliteCommits(engine) if engine.dialect.name == "sqlite" else None

    @contextmanager
    def reading(self) -> Iterator[SqlWork]:
        with answering(self.engine), Session(self.engine) as session:
            yield SqlWork(session)

    @contextmanager
    def writing(self) -> Iterator[SqlWork]:
        with answering(self.engine), Session(self._writer) as session, session.begin():
            yield SqlWork(session)

    def mark(self) -> Hashable | None:
        return None if self._commits is None else self._commits.mark()

    def close(self) -> None:
        """Give all connections back."""
        if self._commits is not None:
            self._commits.close()
        self.engine.dispose()
