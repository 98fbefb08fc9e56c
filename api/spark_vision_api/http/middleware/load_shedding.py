"""Requests that there is no room for, refused before anything is done for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from spark_vision_api.http.bounded_executor import BoundedExecutor
from spark_vision_api.http.error_handlers import OverloadedError
from spark_vision_api.http.problems import problem_of, problem_response

Operation = tuple[str, str]
"""A method and a path without parameters."""


@dataclass(frozen=True, slots=True)
class _Route:
    """What the log and the metrics call an operation that no route has taken yet."""

    path: str


class LoadSheddingMiddleware:
    """Answers with 503 and Retry-After where an operation's gate is full.

    The operation would say the same once it is found and who asks is known, which takes several times as
    long: too long where ten times as many come as there is room for.
    """

    def __init__(self, app: ASGIApp, gates: Mapping[Operation, BoundedExecutor]) -> None:
        self._app = app
        self._gates = gates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gate = self._gates.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if gate is not None and gate.is_full:
            scope["route"] = _Route(scope["path"])
            problem = problem_of(OverloadedError(gate.words))
            await problem_response(scope, problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)
