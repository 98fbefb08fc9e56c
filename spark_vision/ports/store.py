"""The store as the use cases see it: transactions with repositories in them."""

from contextlib import AbstractContextManager
from typing import Protocol

from spark_vision.ports.accounts import Accounts


class Work(Protocol):
    """One transaction: all of it is kept, or nothing.

    One attribute a repository; what they return are values of the domain, never rows.
    """

    @property
    def accounts(self) -> Accounts:
        """Accounts and keys."""


class Store(Protocol):
    """Opens transactions."""

    def reading(self) -> AbstractContextManager[Work]:
        """A transaction that changes nothing."""

    def writing(self) -> AbstractContextManager[Work]:
        """A transaction that is committed when the block ends, and rolled back when it raises.

        What it wrote is on disk when the block has ended.
        """

    def close(self) -> None:
        """Give all connections back."""
