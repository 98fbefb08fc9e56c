"""`Idempotency-Key`: a creating call may be sent again, and has one effect.

A route builds the call with `call_of` and hands it to `tagging.once.once`, whose `act` keeps the answer in
the transaction of the effect; `answered` makes a response of it.
"""

from typing import Annotated, Any

from fastapi import Header
from starlette.responses import Response

from spark_vision.core.account import Actor
from spark_vision.core.idempotency import IdempotentRequest, StoredResponse
from spark_vision.core.ids import value_digest

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Chosen by the client, a new one for each thing to create: a call that is sent again with"
        " its key has no second effect and gets the first one's answer. Remembered for a day.",
        examples=["8f14e45f-ceea-467f-a8d2-8f2a5b1c9d3e"],
    ),
]


def call_of(actor: Actor, key: str | None, operation: str, asked: Any) -> IdempotentRequest | None:
    """The call that a key stands for; None without a key. asked: all that was asked for, a JSON value."""
    if key is None or actor.account is None:
        return None
    return IdempotentRequest(actor.account.id, key, value_digest([operation, asked]))


def to_response(answer: StoredResponse, *, again: bool) -> Response:
    """A kept answer as a response; again: whether it was given before."""
    headers = dict(answer.headers)
    if again:
        headers["Idempotency-Replayed"] = "true"
    return Response(answer.body, answer.status, headers, "application/json")
