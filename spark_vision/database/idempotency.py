"""Creating calls with a key of the client's: however often one is repeated, it has one effect.

The answer is kept in the transaction of the effect, so that there is never one without the other.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from spark_vision.core.errors import InFlightError, KeyReusedError
from spark_vision.core.idempotency import Answer, Call
from spark_vision.database.store import SqlStore, SqlWork

Keep = Callable[[SqlWork, Answer], None]
"""To be called with the answer in the transaction of the effect, as its last step."""

REMEMBERED = timedelta(hours=24)
# Who began a call and did not end it for so long is taken for dead; if it is not, its effect is refused.
GIVEN_UP = timedelta(minutes=2)


def once(
    store: SqlStore, call: Call | None, now: datetime, act: Callable[[Keep], Answer]
) -> tuple[Answer, bool]:
    """The answer of `act`, or the one that the same call had before; and whether it is that one.

    act: has its effect in one transaction and keeps its answer in there. Where it raises, the key can be
    used again. call: None where the client gave no key.

    Raises KeyReusedError where the key came with something else to do, InFlightError where the same call
    is being worked on, and what `act` raises.
    """
    if call is None:
        return act(_keep_nothing), False
    token = uuid4().hex
    known = _claim(store, call, token, now)
    if known is not None:
        return known, True

    def keep(work: SqlWork, answer: Answer) -> None:
        if not work.calls.finish(call, token, answer):
            raise InFlightError("Another request took this idempotency key over; ask for its answer.")

    try:
        return act(keep), False
    except BaseException:
        with store.writing() as work:
            work.calls.drop(call, token)
        raise


def _claim(store: SqlStore, call: Call, token: str, now: datetime) -> Answer | None:
    with store.writing() as work:
        work.calls.forget_before(now - REMEMBERED)
        if work.calls.begin(call, token, now):
            return None
        known = work.calls.known(call)
        if known is None:  # given back in this very moment
            raise InFlightError("The call with this idempotency key has just failed; try again.")
        if known.fingerprint != call.fingerprint:
            raise KeyReusedError("This idempotency key was used for something else; take another one.")
        if known.answer is None:
            if now - known.started_at < GIVEN_UP:
                raise InFlightError("The call with this idempotency key is being worked on; try again soon.")
            work.calls.take_over(call, token, now)
        return known.answer


def _keep_nothing(work: SqlWork, answer: Answer) -> None:
    """For calls without a key."""
