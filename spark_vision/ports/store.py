"""The store as the use cases see it: transactions with repositories in them."""

from collections.abc import Hashable
from contextlib import AbstractContextManager
from typing import Protocol

from spark_vision.ports.accounts import Accounts
from spark_vision.ports.calls import Calls
from spark_vision.ports.decisions import Decisions, Suggestions, Tags
from spark_vision.ports.earnings import Clicks, Ledger, Sales
from spark_vision.ports.feed import Feed
from spark_vision.ports.imports import Imports
from spark_vision.ports.learned import LearnedViews
from spark_vision.ports.posts import Photos, Posts


class Work(Protocol):
    """One transaction: all of it is kept, or nothing.

    One attribute a repository; what they return are values of the domain, never rows.
    """

    @property
    def accounts(self) -> Accounts:
        """Accounts and keys."""

    @property
    def posts(self) -> Posts:
        """Posts."""

    @property
    def photos(self) -> Photos:
        """What is known of photo files."""

    @property
    def suggestions(self) -> Suggestions:
        """Suggestions, kept with their posts."""

    @property
    def tags(self) -> Tags:
        """Tags and rejections as they stand."""

    @property
    def decisions(self) -> Decisions:
        """The log of decisions."""

    @property
    def learned(self) -> LearnedViews:
        """What decisions taught."""

    @property
    def calls(self) -> Calls:
        """Creating calls, with their answers."""

    @property
    def imports(self) -> Imports:
        """Imports of catalogues."""

    @property
    def feed(self) -> Feed:
        """What is published, and smiles."""

    @property
    def clicks(self) -> Clicks:
        """Ways from tags to the shop."""

    @property
    def sales(self) -> Sales:
        """Order lines and refunds."""

    @property
    def ledger(self) -> Ledger:
        """What posters earned and were paid."""


class Store(Protocol):
    """Opens transactions."""

    def reading(self) -> AbstractContextManager[Work]:
        """A transaction that changes nothing."""

    def writing(self) -> AbstractContextManager[Work]:
        """A transaction that is committed when the block ends, and rolled back when it raises.

        What it wrote is on disk when the block has ended.
        """

    def mark(self) -> Hashable | None:
        """A value that is another one once anything was committed, by whichever process: as long as it is the
        same, all reads give what they gave. Takes next to no time. None where the database does not tell.
        """

    def close(self) -> None:
        """Give all connections back."""
