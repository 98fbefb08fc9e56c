"""Accounts and keys."""

from datetime import UTC, datetime

import pytest

from spark_vision.domain.account import NOBODY, Role
from spark_vision.errors import NameTakenError
from spark_vision.storage.store import SqlStore
from spark_vision.tagging.accounts import add_account, recognise

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_key_tells_whose_it_is(sql_store: SqlStore) -> None:
    one = add_account(sql_store, "Ada", Role.POSTER, NOW)
    two = add_account(sql_store, "The shop", Role.CATALOGUE, NOW)
    assert recognise(sql_store, one.secret).account == one.account
    assert recognise(sql_store, two.secret).account == two.account
    assert recognise(sql_store, one.secret + "x") is NOBODY


def test_a_taken_name_is_refused_and_leaves_nothing_behind(sql_store: SqlStore) -> None:
    add_account(sql_store, "Ada", Role.POSTER, NOW)
    with pytest.raises(NameTakenError, match="'Ada'"):
        add_account(sql_store, "Ada", Role.ADMIN, NOW)
    with sql_store.writing() as work:
        assert work.accounts.get("nothing") is None
