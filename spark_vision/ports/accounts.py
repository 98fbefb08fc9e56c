"""Where accounts and their keys are kept."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from spark_vision.domain.account import Account, KnownAccount


class Accounts(Protocol):
    """The accounts of one transaction."""

    def add(self, account: Account, created_at: datetime) -> None:
        """Keep a new account; raises NameTakenError where its name is another's."""

    def get(self, account_id: str) -> Account | None:
        """The account with this id."""

    def many(self, account_ids: Collection[str]) -> dict[str, Account]:
        """Those of some accounts that are there, by id."""

    def named(self, name: str) -> Account | None:
        """The account with this name."""

    def all(self) -> list[KnownAccount]:
        """Every account with its keys, by name."""

    def revoke(self, account_id: str, key_id: str | None, now: datetime) -> int:
        """Revoke a key of an account (None: all of them); how many were good till now."""

    def is_empty(self) -> bool:
        """Whether there is no account yet."""

    def add_key(self, key_id: str, account_id: str, digest: str, created_at: datetime) -> None:
        """Keep a key by its SHA-256 digest, 64 hexadecimal digits; the key itself is never kept."""

    def holder(self, digest: str) -> Account | None:
        """Whose key has this digest; None where it is unknown or revoked."""
