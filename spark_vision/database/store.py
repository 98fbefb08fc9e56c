"""Transactions: the one place where something is committed."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from spark_vision.database.commit_marks import SqliteCommits
from spark_vision.database.db_errors import translate_db_errors
from spark_vision.database.repositories.accounts import AccountRepository
from spark_vision.database.repositories.decisions import (
    DecisionRepository,
    SuggestionRepository,
    TagRepository,
)
from spark_vision.database.repositories.feed import FeedRepository
from spark_vision.database.repositories.idempotency import IdempotencyRepository
from spark_vision.database.repositories.imports import ImportRepository
from spark_vision.database.repositories.learned_views import LearnedViewRepository
from spark_vision.database.repositories.ledger import LedgerRepository
from spark_vision.database.repositories.posts import PhotoRepository, PostRepository
from spark_vision.database.repositories.sales import ClickRepository, SaleRepository
from spark_vision.database.repositories.schedules import ScheduleRepository
from spark_vision.database.repositories.sessions import SessionRepository


class UnitOfWork:
    """One transaction's repositories, made when they are asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def accounts(self) -> AccountRepository:
        """Accounts and keys."""
        return AccountRepository(self._session)

    @cached_property
    def sessions(self) -> SessionRepository:
        """Sessions of browsers."""
        return SessionRepository(self._session)

    @cached_property
    def posts(self) -> PostRepository:
        """Posts."""
        return PostRepository(self._session)

    @cached_property
    def photos(self) -> PhotoRepository:
        """What is known of photo files."""
        return PhotoRepository(self._session)

    @cached_property
    def suggestions(self) -> SuggestionRepository:
        """Suggestions, kept with their posts."""
        return SuggestionRepository(self._session)

    @cached_property
    def tags(self) -> TagRepository:
        """Tags and rejections as they stand."""
        return TagRepository(self._session)

    @cached_property
    def decisions(self) -> DecisionRepository:
        """The log of decisions."""
        return DecisionRepository(self._session)

    @cached_property
    def learned(self) -> LearnedViewRepository:
        """What decisions taught."""
        return LearnedViewRepository(self._session)

    @cached_property
    def calls(self) -> IdempotencyRepository:
        """Creating calls, with their answers."""
        return IdempotencyRepository(self._session)

    @cached_property
    def imports(self) -> ImportRepository:
        """Imports of catalogues."""
        return ImportRepository(self._session)

    @cached_property
    def schedules(self) -> ScheduleRepository:
        """Schedules of feeds."""
        return ScheduleRepository(self._session)

    @cached_property
    def feed(self) -> FeedRepository:
        """What is published, and smiles."""
        return FeedRepository(self._session)

    @cached_property
    def clicks(self) -> ClickRepository:
        """Ways from tags to the shop."""
        return ClickRepository(self._session)

    @cached_property
    def sales(self) -> SaleRepository:
        """Order lines and refunds."""
        return SaleRepository(self._session)

    @cached_property
    def ledger(self) -> LedgerRepository:
        """What posters earned and were paid."""
        return LedgerRepository(self._session)


class Store:
    """The store of one database. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(writes=True)
        self._commits = SqliteCommits(engine) if engine.dialect.name == "sqlite" else None

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A transaction that changes nothing."""
        with translate_db_errors(self.engine), Session(self.engine) as session:
            yield UnitOfWork(session)

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A transaction that is committed when the block ends, and rolled back when it raises.

        What it wrote is on disk when the block has ended.
        """
        with translate_db_errors(self.engine), Session(self._writer) as session, session.begin():
            yield UnitOfWork(session)

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
