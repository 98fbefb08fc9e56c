"""Accounts of people whom an identity provider knows: made when they first come."""

from datetime import datetime

from spark_vision.core.account import Account, Actor, Role
from spark_vision.core.errors import AuthenticationRequiredError, NameTakenError
from spark_vision.core.ids import value_digest
from spark_vision.database.store import Store

_ID_DIGITS = 32
_LONGEST_NAME = 100


def account_id_of(issuer: str, subject: str) -> str:
    """The account's id: the same for ever, without the issuer's word for the person in it."""
    return value_digest([issuer, subject])[:_ID_DIGITS]


def provision_account(store: Store, account_id: str, name: str, role: Role, now: datetime) -> Actor:
    """Return the account with this id, made if need be; the role is what the provider says today.

    Args:
        store: The tagging store.
        account_id: See account_id_of.
        name: Shown with posts. If it is empty or taken, the beginning of the id is added.
        role: What the provider says.
        now: The time of the request.

    Raises:
        AuthenticationRequiredError: The account is suspended.
    """
    with store.reading() as work:
        known = work.accounts.get(account_id)
        if known is not None and work.accounts.active(account_id) is None:
            raise AuthenticationRequiredError("The account is suspended. Ask an admin of this service.")
    if known is None:
        known = _made(store, account_id, name, role, now)
    return Actor(Account(known.id, known.name, role))


def _made(store: Store, account_id: str, name: str, role: Role, now: datetime) -> Account:
    tail = f"user {account_id[:8]}"
    wanted = name.strip()[: _LONGEST_NAME - len(tail) - 1]
    for chosen in (wanted or tail, f"{wanted} {tail}"):
        account = Account(account_id, chosen, role)
        try:
            with store.writing() as work:
                # Another request of theirs may have come first.
                if known := work.accounts.get(account_id):
                    return known
                work.accounts.add(account, now)
        except NameTakenError:
            continue
        return account
    raise NameTakenError(f"The names {wanted!r} and {wanted} {tail!r} are both taken.")
