"""Idempotency keys: one effect, whoever sends the call again, and when."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest

from spark_vision.core.account import Account, Actor, Role
from spark_vision.core.errors import IdempotencyKeyReusedError, InvalidInputError, RequestInProgressError
from spark_vision.core.idempotency import IdempotentRequest, StoredResponse
from spark_vision.database.idempotency import RETENTION, STALE_AFTER, SaveResponse, run_idempotent
from spark_vision.database.store import Store
from tests.integration.database.factories import NOW, someone


@pytest.fixture
def ada(sql_store: Store) -> Actor:
    return someone(sql_store, "Ada")


def call(actor: Actor, fingerprint: str = "f", key: str = "k") -> IdempotentRequest:
    assert actor.id is not None
    return IdempotentRequest(actor.id, key, fingerprint)


def make(store: Store, name: str) -> Callable[[SaveResponse], StoredResponse]:
    """A creating call whose effect is an account."""

    def act(keep: SaveResponse) -> StoredResponse:
        answer = StoredResponse(201, name.encode(), {"Location": f"/{name}"})
        with store.writing() as work:
            work.accounts.add(Account(uuid4().hex, name, Role.POSTER), NOW)
            keep(work, answer)
        return answer

    return act


def names(store: Store) -> list[str]:
    with store.reading() as work:
        return [known.account.name for known in work.accounts.all()]


def never(keep: SaveResponse) -> StoredResponse:
    pytest.fail("this call has had its effect")


def test_the_same_call_again_gets_the_first_answer(sql_store: Store, ada: Actor) -> None:
    answer, again = run_idempotent(sql_store, call(ada), NOW, make(sql_store, "One"))
    assert (answer.status, answer.body, again) == (201, b"One", False)
    assert run_idempotent(sql_store, call(ada), NOW, never) == (answer, True)
    with pytest.raises(IdempotencyKeyReusedError):
        run_idempotent(sql_store, call(ada, "something else"), NOW, never)
    run_idempotent(sql_store, call(ada, key="another"), NOW, make(sql_store, "Two"))
    run_idempotent(sql_store, call(someone(sql_store, "Ben")), NOW, make(sql_store, "Three"))
    assert names(sql_store) == ["Ada", "Ben", "One", "Three", "Two"]


def test_a_call_that_failed_may_be_made_again(sql_store: Store, ada: Actor) -> None:
    def fail(keep: SaveResponse) -> StoredResponse:
        with sql_store.writing() as work:
            keep(work, StoredResponse(201, b""))
            raise InvalidInputError("no")

    with pytest.raises(InvalidInputError):
        run_idempotent(sql_store, call(ada), NOW, fail)
    assert run_idempotent(sql_store, call(ada, "better"), NOW, make(sql_store, "One"))[1] is False


def test_a_call_is_in_flight_until_it_is_given_up_and_then_has_no_effect(
    sql_store: Store, ada: Actor
) -> None:
    def slow(keep: SaveResponse) -> StoredResponse:
        with pytest.raises(RequestInProgressError):
            run_idempotent(sql_store, call(ada), NOW + STALE_AFTER / 2, never)
        assert run_idempotent(sql_store, call(ada), NOW + STALE_AFTER, make(sql_store, "Second"))[1] is False
        return make(sql_store, "First")(keep)

    with pytest.raises(RequestInProgressError):
        run_idempotent(sql_store, call(ada), NOW, slow)
    assert names(sql_store) == ["Ada", "Second"]
    assert run_idempotent(sql_store, call(ada), NOW + STALE_AFTER, never)[0].body == b"Second"


def test_keys_are_forgotten_after_a_day(sql_store: Store, ada: Actor) -> None:
    run_idempotent(sql_store, call(ada), NOW, make(sql_store, "One"))
    later = NOW + RETENTION + timedelta(seconds=1)
    assert run_idempotent(sql_store, call(ada, "else"), later, make(sql_store, "Two"))[1] is False


def test_without_a_key_each_call_has_its_effect(sql_store: Store, ada: Actor) -> None:
    for name in ("One", "Two"):
        assert run_idempotent(sql_store, None, NOW, make(sql_store, name))[1] is False
    assert names(sql_store) == ["Ada", "One", "Two"]


def test_fifty_at_once_have_one_effect(sql_store: Store, ada: Actor) -> None:
    together = Barrier(50)

    def send(number: int) -> str:
        together.wait(timeout=60)
        try:
            answer, _ = run_idempotent(sql_store, call(ada), NOW, make(sql_store, f"number {number}"))
        except RequestInProgressError:
            return "in flight"
        return answer.body.decode()

    with ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(send, range(50)))
    made = [name for name in names(sql_store) if name != "Ada"]
    assert len(made) == 1
    assert answers <= {"in flight", made[0]}
    assert made[0] in answers
    assert run_idempotent(sql_store, call(ada), NOW, never)[0].body.decode() == made[0]
