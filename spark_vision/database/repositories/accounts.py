"""Accounts and keys in the database."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from spark_vision.core.account import Account, AccountDetails, ApiKeyInfo, Role
from spark_vision.core.errors import NameTakenError
from spark_vision.database.tables.accounts import AccountRow, KeyRow


class AccountRepository:
    """Accounts of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, account: Account, created_at: datetime) -> None:
        """Keep a new account; raises NameTakenError where its name is another's."""
        row = AccountRow(id=account.id, name=account.name, role=account.role.value, created_at=created_at)
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError as error:
            raise NameTakenError(
                f"There is an account {account.name!r} already; choose another name."
            ) from error

    def get(self, account_id: str) -> Account | None:
        """The account with this id."""
        row = self._session.get(AccountRow, account_id)
        return None if row is None else _account(row)

    def active(self, account_id: str) -> Account | None:
        """Return the account with this id, unless it is suspended."""
        row = self._session.get(AccountRow, account_id)
        return None if row is None or row.suspended_at is not None else _account(row)

    def many(self, account_ids: Collection[str]) -> dict[str, Account]:
        """Those of some accounts that are there, by id."""
        rows = self._session.scalars(select(AccountRow).where(AccountRow.id.in_(account_ids)))
        return {row.id: _account(row) for row in rows}

    def named(self, name: str) -> Account | None:
        """The account with this name."""
        row = self._session.scalar(select(AccountRow).where(AccountRow.name == name))
        return None if row is None else _account(row)

    def all(self) -> list[AccountDetails]:
        """Every account with its keys, by name."""
        keys: dict[str, list[ApiKeyInfo]] = defaultdict(list)
        for key in self._session.scalars(select(KeyRow).order_by(KeyRow.created_at, KeyRow.id)):
            keys[key.account_id].append(ApiKeyInfo(key.id, key.created_at, key.revoked_at))
        rows = self._session.scalars(select(AccountRow).order_by(AccountRow.name))
        return [AccountDetails(_account(row), row.created_at, tuple(keys[row.id])) for row in rows]

    def revoke(self, account_id: str, key_id: str | None, now: datetime) -> int:
        """Revoke a key of an account (None: all of them); how many were good till now."""
        good = update(KeyRow).where(KeyRow.account_id == account_id, KeyRow.revoked_at.is_(None))
        if key_id is not None:
            good = good.where(KeyRow.id == key_id)
        return len(self._session.scalars(good.values(revoked_at=now).returning(KeyRow.id)).all())

    def created_at(self, account_id: str) -> datetime:
        """Return when an account was made."""
        return self._session.get_one(AccountRow, account_id).created_at

    def is_in_good_standing(self, account_id: str) -> bool:
        """Return whether an account is not suspended, and has a good key or signs in without one."""
        wanted = select(AccountRow.id).where(AccountRow.id == account_id, in_good_standing(AccountRow.id))
        return self._session.scalar(wanted) is not None

    def suspend(self, account_id: str, at: datetime | None) -> None:
        """Note since when an account is suspended; None: it no longer is."""
        self._session.get_one(AccountRow, account_id).suspended_at = at
        self._session.flush()

    def is_empty(self) -> bool:
        """Whether there is no account yet."""
        return self._session.scalar(select(AccountRow.id).limit(1)) is None

    def add_key(self, key_id: str, account_id: str, digest: str, created_at: datetime) -> None:
        """Keep a key by its SHA-256 digest, 64 hexadecimal digits; the key itself is never kept."""
        self._session.add(KeyRow(id=key_id, account_id=account_id, digest=digest, created_at=created_at))
        self._session.flush()

    def holder(self, digest: str) -> Account | None:
        """Whose key has this digest; None where it is unknown or revoked."""
        good = (KeyRow.digest == digest, KeyRow.revoked_at.is_(None), AccountRow.suspended_at.is_(None))
        wanted = select(AccountRow).join(KeyRow).where(*good)
        row = self._session.scalar(wanted)
        return None if row is None else _account(row)


def in_good_standing(account_id: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return the condition that an account is not suspended, and that not all of its keys are revoked."""
    account, key, good = aliased(AccountRow), aliased(KeyRow), aliased(KeyRow)
    suspended = exists().where(account.id == account_id, account.suspended_at.is_not(None))
    has_keys = exists().where(key.account_id == account_id)
    has_good = exists().where(good.account_id == account_id, good.revoked_at.is_(None))
    return and_(~suspended, or_(~has_keys, has_good))


def _account(row: AccountRow) -> Account:
    return Account(row.id, row.name, Role(row.role))
