"""Creating calls with a key of the client's: however often one is repeated, it has one effect.

The answer is kept in the transaction of the effect, so that there is never one without the other.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from spark_vision.core.errors import IdempotencyKeyReusedError, RequestInProgressError
from spark_vision.core.idempotency import IdempotentRequest, StoredResponse
from spark_vision.database.store import Store, UnitOfWork

SaveResponse = Callable[[UnitOfWork, StoredResponse], None]
"""To be called with the answer in the transaction of the effect, as its last step."""

RETENTION = timedelta(hours=24)
# Who began a call and did not end it for so long is taken for dead; if it is not, its effect is refused.
STALE_AFTER = timedelta(minutes=2)


def run_idempotent(
    store: Store, call: IdempotentRequest | None, now: datetime, act: Callable[[SaveResponse], StoredResponse]
) -> tuple[StoredResponse, bool]:
    """The answer of `act`, or the one that the same call had before; and whether it is that one.

    act: has its effect in one transaction and keeps its answer in there. Where it raises, the key can be
    used again. call: None where the client gave no key.

    Raises IdempotencyKeyReusedError where the key came with something else to do, RequestInProgressError
    where the same call
    is being worked on, and what `act` raises.
    """
    if call is None:
        return act(_keep_nothing), False
    token = uuid4().hex
    known = _claim(store, call, token, now)
    if known is not None:
        return known, True

    def keep(work: UnitOfWork, answer: StoredResponse) -> None:
        if not work.calls.finish(call, token, answer):
            raise RequestInProgressError(
                "Another request took this idempotency key over; ask for its answer."
            )

    try:
        return act(keep), False
    except BaseException:
        with store.writing() as work:
            work.calls.drop(call, token)
        raise


def _claim(store: Store, call: IdempotentRequest, token: str, now: datetime) -> StoredResponse | None:
    with store.writing() as work:
        work.calls.forget_before(now - RETENTION)
        if work.calls.begin(call, token, now):
            return None
        known = work.calls.known(call)
        if known is None:  # given back in this very moment
            raise RequestInProgressError("The call with this idempotency key has just failed; try again.")
        if known.fingerprint != call.fingerprint:
            raise IdempotencyKeyReusedError(
                "This idempotency key was used for something else; take another one."
            )
        if known.answer is None:
            if now - known.started_at < STALE_AFTER:
                raise RequestInProgressError(
                    "The call with this idempotency key is being worked on; try again soon."
                )
            work.calls.take_over(call, token, now)
        return known.answer


def _keep_nothing(work: UnitOfWork, answer: StoredResponse) -> None:
    """For calls without a key."""
