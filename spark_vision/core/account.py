"""Who acts: roles, and the actor of a request."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What an account is for.

    A moderator may remove and restore posts. An admin may do what all others may, and look after accounts.
    """

    POSTER = "poster"
    MODERATOR = "moderator"
    CATALOGUE = "catalogue"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """A person or a program that has keys. name: unique, shown with posts."""

    id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ApiKeyInfo:
    """A key as it is remembered: everything but the key."""

    id: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A browser that is signed in. id: a digest of its secret; browser: what it says that it is."""

    id: str
    account_id: str
    browser: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """An account with its keys, oldest first."""

    account: Account
    created_at: datetime
    keys: tuple[ApiKeyInfo, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for something: an account, or nobody (anonymous browsing)."""

    account: Account | None = None

    @property
    def id(self) -> str | None:
        """The account's id; None for nobody."""
        return None if self.account is None else self.account.id

    def has(self, *roles: Role) -> bool:
        """Whether the actor's account has one of the roles."""
        return self.account is not None and self.account.role in roles


ANONYMOUS = Actor()
