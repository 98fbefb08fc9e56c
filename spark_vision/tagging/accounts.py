"""Accounts and their keys: random, shown once, kept as digests."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from spark_vision.domain.account import NOBODY, Account, Actor, Role
from spark_vision.domain.ids import content_digest
from spark_vision.ports.store import Store

_PREFIX = "sv_"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made. secret: to be shown now, since nothing can tell it again."""

    id: str
    account: Account
    secret: str


def add_account(store: Store, name: str, role: Role, now: datetime) -> NewKey:
    """Make an account with its first key; raises NameTakenError."""
    account = Account(uuid4().hex, name, role)
    # 256 random bits: no slow hash is needed to keep what cannot be guessed.
    key = NewKey(uuid4().hex, account, _PREFIX + secrets.token_urlsafe(32))
    with store.writing() as work:
        work.accounts.add(account, now)
        work.accounts.add_key(key.id, account.id, content_digest(key.secret.encode()), now)
    return key


def recognise(store: Store, secret: str) -> Actor:
    """Whose key this is; nobody where it is unknown or revoked."""
    with store.reading() as work:
        account = work.accounts.holder(content_digest(secret.encode()))
    return NOBODY if account is None else Actor(account)
