"""Accounts and keys."""

from datetime import UTC, datetime

import pytest

from spark_vision.core.account import ANONYMOUS, Role
from spark_vision.core.errors import InvalidInputError, NameTakenError, NotFoundError
from spark_vision.database.store import Store
from spark_vision.social.accounts import add_account, add_key, authenticate, revoke

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_key_tells_whose_it_is(sql_store: Store) -> None:
    one = add_account(sql_store, "Ada", Role.POSTER, NOW)
    two = add_account(sql_store, "The shop", Role.CATALOGUE, NOW)
    assert authenticate(sql_store, one.secret).account == one.account
    assert authenticate(sql_store, two.secret).account == two.account
    assert authenticate(sql_store, one.secret + "x") is ANONYMOUS


def test_a_taken_name_is_refused_and_leaves_nothing_behind(sql_store: Store) -> None:
    add_account(sql_store, "Ada", Role.POSTER, NOW)
    for same in ("Ada", " Ada "):  # blanks that nobody sees tell nobody apart
        with pytest.raises(NameTakenError, match="'Ada'"):
            add_account(sql_store, same, Role.ADMIN, NOW)
    with sql_store.writing() as work:
        assert work.accounts.get("nothing") is None


def test_a_revoked_key_opens_nothing_and_another_one_still_does(sql_store: Store) -> None:
    one = add_account(sql_store, "Ada", Role.POSTER, NOW)
    two = add_key(sql_store, "Ada", NOW)
    assert revoke(sql_store, "Ada", one.id, NOW) == 1
    assert authenticate(sql_store, one.secret) is ANONYMOUS
    assert authenticate(sql_store, two.secret).account == one.account
    with pytest.raises(NotFoundError, match=one.id):
        revoke(sql_store, "Ada", one.id, NOW)
    assert revoke(sql_store, "Ada", None, NOW) == 1
    assert authenticate(sql_store, two.secret) is ANONYMOUS
    assert revoke(sql_store, "Ada", None, NOW) == 0


def test_accounts_are_listed_with_their_keys(sql_store: Store) -> None:
    made = add_account(sql_store, "Ben", Role.POSTER, NOW)
    add_account(sql_store, "Ada", Role.ADMIN, NOW)
    revoke(sql_store, "Ben", None, NOW)
    with sql_store.reading() as work:
        ada, ben = work.accounts.all()
    assert (ada.account.name, ada.account.role, ada.created_at) == ("Ada", Role.ADMIN, NOW)
    assert [(key.id, key.revoked_at) for key in ben.keys] == [(made.id, NOW)]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\0b", "x" * 101])
def test_a_bad_name_is_refused(sql_store: Store, name: str) -> None:
    with pytest.raises(InvalidInputError, match="name"):
        add_account(sql_store, name, Role.POSTER, NOW)


def test_nobody_has_no_keys(sql_store: Store) -> None:
    with pytest.raises(NotFoundError, match="'Nobody'"):
        add_key(sql_store, "Nobody", NOW)
