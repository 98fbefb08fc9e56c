"""Accounts and their keys: random, shown once, kept as digests."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from spark_vision.core.account import ANONYMOUS, Account, Actor, Role
from spark_vision.core.errors import ConflictError, InvalidInputError, NotFoundError
from spark_vision.core.ids import content_digest
from spark_vision.database.store import Store, UnitOfWork

_PREFIX = "sv_"
_MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made. secret: to be shown now, since nothing can tell it again."""

    id: str
    account: Account
    secret: str


def add_account(store: Store, name: str, role: Role, now: datetime) -> NewKey:
    """Make an account with its first key; raises NameTakenError, or InvalidInputError for a bad name."""
    with store.writing() as work:
        return _new_account(work, name, role, now)


def add_key(store: Store, name: str, now: datetime) -> NewKey:
    """Make one more key for an account; raises NotFoundError."""
    with store.writing() as work:
        key = _new_key(work, _get_by_name(work, name), now)
        work.learned.share(account_id=key.account.id)
    return key


def revoke(store: Store, name: str, key_id: str | None, now: datetime) -> int:
    """Revoke one key of an account, or (None) all; how many were good till now. Raises NotFoundError."""
    with store.writing() as work:
        account = _get_by_name(work, name)
        revoked = work.accounts.revoke(account.id, key_id, now)
        work.learned.share(account_id=account.id)  # without a good key, it teaches others nothing
    if key_id is not None and not revoked:
        raise NotFoundError(f"{name!r} has no key {key_id!r} that is good; `users list` shows the keys.")
    return revoked


def suspend(store: Store, name: str, now: datetime) -> None:
    """Suspend an account: its keys and sessions are refused, and its views teach others nothing.

    Raises:
        NotFoundError: There is no such account.
    """
    _set_suspended(store, name, now)


def reinstate(store: Store, name: str) -> None:
    """Reinstate a suspended account with its keys and views; raises NotFoundError."""
    _set_suspended(store, name, None)


def _set_suspended(store: Store, name: str, at: datetime | None) -> None:
    with store.writing() as work:
        account = _get_by_name(work, name)
        work.accounts.suspend(account.id, at)
        work.sessions.end(account.id)
        work.learned.share(account_id=account.id)


def add_first_account(store: Store, name: str, now: datetime) -> NewKey:
    """Make the admin of a store that has no account yet; raises ConflictError where it has one,
    InvalidInputError for a bad name."""
    with store.writing() as work:
        if not work.accounts.is_empty():
            raise ConflictError("There is an account already; sign in with its key.")
        return _new_account(work, name, Role.ADMIN, now)


def has_accounts(store: Store) -> bool:
    """Whether anybody can sign in."""
    with store.reading() as work:
        return not work.accounts.is_empty()


def authenticate(store: Store, secret: str) -> Actor:
    """Whose key this is; nobody where it is unknown or revoked."""
    return recognise_digest(store, key_digest(secret))


def recognise_digest(store: Store, digest: str) -> Actor:
    """Whose key has this digest; nobody where it is unknown or revoked."""
    with store.reading() as work:
        account = work.accounts.holder(digest)
    return ANONYMOUS if account is None else Actor(account)


def key_digest(secret: str) -> str:
    """What is kept of a key. 256 random bits: no slow hash is needed to keep what cannot be guessed."""
    return content_digest(secret.encode())


def _get_by_name(work: UnitOfWork, name: str) -> Account:
    account = work.accounts.named(name)
    if account is None:
        raise NotFoundError(f"There is no account {name!r}.")
    return account


def _new_account(work: UnitOfWork, name: str, role: Role, now: datetime) -> NewKey:
    name = name.strip()  # blanks at its ends nobody sees, so that two accounts would look the same
    if not name or len(name) > _MAX_NAME or not name.isprintable():
        raise InvalidInputError(f"A name has 1 to {_MAX_NAME} printable characters: not {name[:120]!r}.")
    account = Account(uuid4().hex, name, role)
    work.accounts.add(account, now)
    return _new_key(work, account, now)


def _new_key(work: UnitOfWork, account: Account, now: datetime) -> NewKey:
    key = NewKey(uuid4().hex, account, _PREFIX + secrets.token_urlsafe(32))
    work.accounts.add_key(key.id, account.id, key_digest(key.secret), now)
    return key
