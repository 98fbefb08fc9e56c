"""Whether anything was committed, as the store itself tells."""

import pytest
from sqlalchemy import Engine

from spark_vision.core.account import Role
from spark_vision.database.store import Store
from tests.integration.database.factories import someone


def test_a_mark_changes_with_each_commit_of_anybody_and_with_nothing_else(engine: Engine) -> None:
    watching, other = Store(engine), Store(engine)
    if engine.dialect.name != "sqlite":
        assert watching.mark() is None
        return
    first = watching.mark()
    with other.reading() as work:
        assert work.accounts.all() == []
    assert watching.mark() == first is not None
    someone(other, "Ada")
    second = watching.mark()
    someone(watching, "Ben", Role.CATALOGUE)
    third = watching.mark()
    assert len({first, second, third}) == 3
    assert watching.mark() == third


@pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
def test_a_mark_of_another_connection_is_another_one(engine: Engine) -> None:
    store = Store(engine)
    first = store.mark()
    store.close()
    assert store.mark() != first
