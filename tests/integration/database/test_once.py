"""Idempotency keys: one effect, whoever sends the call again, and when."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest

from spark_vision.core.account import Account, Actor, Role
from spark_vision.core.errors import InFlightError, InvalidInputError, KeyReusedError
from spark_vision.core.idempotency import Answer, Call
from spark_vision.database.idempotency import GIVEN_UP, REMEMBERED, Keep, once
from spark_vision.database.store import SqlStore
from tests.integration.database.factories import NOW, someone


@pytest.fixture
def ada(sql_store: SqlStore) -> Actor:
    return someone(sql_store, "Ada")


def call(actor: Actor, fingerprint: str = "f", key: str = "k") -> Call:
    assert actor.id is not None
    return Call(actor.id, key, fingerprint)


def make(store: SqlStore, name: str) -> Callable[[Keep], Answer]:
    """A creating call whose effect is an account."""

    def act(keep: Keep) -> Answer:
        answer = Answer(201, name.encode(), {"Location": f"/{name}"})
        with store.writing() as work:
            work.accounts.add(Account(uuid4().hex, name, Role.POSTER), NOW)
            keep(work, answer)
        return answer

    return act


def names(store: SqlStore) -> list[str]:
    with store.reading() as work:
        return [known.account.name for known in work.accounts.all()]


def never(keep: Keep) -> Answer:
    pytest.fail("this call has had its effect")


def test_the_same_call_again_gets_the_first_answer(sql_store: SqlStore, ada: Actor) -> None:
    answer, again = once(sql_store, call(ada), NOW, make(sql_store, "One"))
    assert (answer.status, answer.body, again) == (201, b"One", False)
    assert once(sql_store, call(ada), NOW, never) == (answer, True)
    with pytest.raises(KeyReusedError):
        once(sql_store, call(ada, "something else"), NOW, never)
    once(sql_store, call(ada, key="another"), NOW, make(sql_store, "Two"))
    once(sql_store, call(someone(sql_store, "Ben")), NOW, make(sql_store, "Three"))
    assert names(sql_store) == ["Ada", "Ben", "One", "Three", "Two"]


def test_a_call_that_failed_may_be_made_again(sql_store: SqlStore, ada: Actor) -> None:
    def fail(keep: Keep) -> Answer:
        with sql_store.writing() as work:
            keep(work, Answer(201, b""))
            raise InvalidInputError("no")

    with pytest.raises(InvalidInputError):
        once(sql_store, call(ada), NOW, fail)
    assert once(sql_store, call(ada, "better"), NOW, make(sql_store, "One"))[1] is False


def test_a_call_is_in_flight_until_it_is_given_up_and_then_has_no_effect(
    sql_store: SqlStore, ada: Actor
) -> None:
    def slow(keep: Keep) -> Answer:
        with pytest.raises(InFlightError):
            once(sql_store, call(ada), NOW + GIVEN_UP / 2, never)
        assert once(sql_store, call(ada), NOW + GIVEN_UP, make(sql_store, "Second"))[1] is False
        return make(sql_store, "First")(keep)

    with pytest.raises(InFlightError):
        once(sql_store, call(ada), NOW, slow)
    assert names(sql_store) == ["Ada", "Second"]
    assert once(sql_store, call(ada), NOW + GIVEN_UP, never)[0].body == b"Second"


def test_keys_are_forgotten_after_a_day(sql_store: SqlStore, ada: Actor) -> None:
    once(sql_store, call(ada), NOW, make(sql_store, "One"))
    later = NOW + REMEMBERED + timedelta(seconds=1)
    assert once(sql_store, call(ada, "else"), later, make(sql_store, "Two"))[1] is False


def test_without_a_key_each_call_has_its_effect(sql_store: SqlStore, ada: Actor) -> None:
    for name in ("One", "Two"):
        assert once(sql_store, None, NOW, make(sql_store, name))[1] is False
    assert names(sql_store) == ["Ada", "One", "Two"]


def test_fifty_at_once_have_one_effect(sql_store: SqlStore, ada: Actor) -> None:
    together = Barrier(50)

    def send(number: int) -> str:
        together.wait(timeout=60)
        try:
            answer, _ = once(sql_store, call(ada), NOW, make(sql_store, f"number {number}"))
        except InFlightError:
            return "in flight"
        return answer.body.decode()

    with ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(send, range(50)))
    made = [name for name in names(sql_store) if name != "Ada"]
    assert len(made) == 1
    assert answers <= {"in flight", made[0]}
    assert made[0] in answers
    assert once(sql_store, call(ada), NOW, never)[0].body.decode() == made[0]
