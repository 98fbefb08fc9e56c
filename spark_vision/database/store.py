"""Transactions: the one place where something is committed."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from spark_vision.database.commit_marks import SqliteCommits
from spark_vision.database.db_errors import answering
from spark_vision.database.repositories.accounts import SqlAccounts
from spark_vision.database.repositories.decisions import SqlDecisions, SqlSuggestions, SqlTags
from spark_vision.database.repositories.feed import SqlFeed
from spark_vision.database.repositories.idempotency import SqlCalls
from spark_vision.database.repositories.imports import SqlImports
from spark_vision.database.repositories.learned_views import SqlLearnedViews
from spark_vision.database.repositories.ledger import SqlLedger
from spark_vision.database.repositories.posts import SqlPhotos, SqlPosts
from spark_vision.database.repositories.sales import SqlClicks, SqlSales


class SqlWork:
    """One transaction's repositories, made when they are asked for; see `ports.store.Work`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def accounts(self) -> SqlAccounts:
        """Accounts and keys."""
        return SqlAccounts(self._session)

    @cached_property
    def posts(self) -> SqlPosts:
        """Posts."""
        return SqlPosts(self._session)

    @cached_property
    def photos(self) -> SqlPhotos:
        """What is known of photo files."""
        return SqlPhotos(self._session)

    @cached_property
    def suggestions(self) -> SqlSuggestions:
        """Suggestions, kept with their posts."""
        return SqlSuggestions(self._session)

    @cached_property
    def tags(self) -> SqlTags:
        """Tags and rejections as they stand."""
        return SqlTags(self._session)

    @cached_property
    def decisions(self) -> SqlDecisions:
        """The log of decisions."""
        return SqlDecisions(self._session)

    @cached_property
    def learned(self) -> SqlLearnedViews:
        """What decisions taught."""
        return SqlLearnedViews(self._session)

    @cached_property
    def calls(self) -> SqlCalls:
        """Creating calls, with their answers."""
        return SqlCalls(self._session)

    @cached_property
    def imports(self) -> SqlImports:
        """Imports of catalogues."""
        return SqlImports(self._session)

    @cached_property
    def feed(self) -> SqlFeed:
        """What is published, and smiles."""
        return SqlFeed(self._session)

    @cached_property
    def clicks(self) -> SqlClicks:
        """Ways from tags to the shop."""
        return SqlClicks(self._session)

    @cached_property
    def sales(self) -> SqlSales:
        """Order lines and refunds."""
        return SqlSales(self._session)

    @cached_property
    def ledger(self) -> SqlLedger:
        """What posters earned and were paid."""
        return SqlLedger(self._session)


class SqlStore:
    """The store of one database; see `ports.store.Store`. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(writes=True)
        self._commits = SqliteCommits(engine) if engine.dialect.name == "sqlite" else None

    @contextmanager
    def reading(self) -> Iterator[SqlWork]:
        """A transaction that changes nothing."""
        with answering(self.engine), Session(self.engine) as session:
            yield SqlWork(session)

    @contextmanager
    def writing(self) -> Iterator[SqlWork]:
        """A transaction that is committed when the block ends, and rolled back when it raises.

        What it wrote is on disk when the block has ended.
        """
        with answering(self.engine), Session(self._writer) as session, session.begin():
            yield SqlWork(session)

    def mark(self) -> Hashable | None:
        """A value that is another one once anything was committed, by whichever process: as long as it is the
        same, all reads give what they gave. Takes next to no time. None where the database does not tell.
        """
        return None if self._commits is None else self._commits.mark()

    def close(self) -> None:
        """Give all connections back."""
        if self._commits is not None:
            self._commits.close()
        self.engine.dispose()
