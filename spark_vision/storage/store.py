"""Transactions: the one place where something is committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from spark_vision.storage.accounts import SqlAccounts


class SqlWork:
    """One transaction's repositories, made when they are asked for; see `ports.store.Work`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def accounts(self) -> SqlAccounts:
        return SqlAccounts(self._session)


class SqlStore:
    """The store of one database; see `ports.store.Store`. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(writes=True)

    @contextmanager
    def reading(self) -> Iterator[SqlWork]:
        with Session(self.engine) as session:
            yield SqlWork(session)

    @contextmanager
    def writing(self) -> Iterator[SqlWork]:
        with Session(self._writer) as session, session.begin():
            yield SqlWork(session)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
