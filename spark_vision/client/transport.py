"""Requests with patience: what may be sent again is, when the service is busy or a connection breaks."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from spark_vision.client.errors import ApiError, NoAnswerError

_BUSY = (429, 503)
_LONGEST_WAIT = 30.0


class Transport:
    """Sends requests to one service with one key.

    attempts: of requests that can be repeated without a second effect; sleep: waits so many seconds.
    """

    def __init__(
        self, http: httpx2.Client, attempts: int = 4, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._http = http
        self._attempts = attempts
        self._sleep = sleep

    def send(self, method: str, path: str, *, again: bool = True, **request: Any) -> httpx2.Response:
        """The answer, where it is none of an error; again: whether the request may be repeated.

        Raises ApiError for what the service refuses, NoAnswerError where none came.
        """
        attempts = self._attempts if again else 1
        for attempt in range(1, attempts + 1):
            try:
                answer = self._http.request(method, path, **request)
            except httpx2.TransportError as error:
                if attempt == attempts:
                    raise NoAnswerError(f"{method} {path}: {error!r}") from error
                self._sleep(0.2 * 2**attempt)
                continue
            if answer.status_code in _BUSY and attempt < attempts:
                self._sleep(_seconds(answer.headers))
                continue
            return _checked(answer)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close all connections."""
        self._http.close()


def _seconds(headers: Mapping[str, str]) -> float:
    text = headers.get("Retry-After", "1")
    return min(float(text) if text.isdecimal() else 1.0, _LONGEST_WAIT)


def _checked(answer: httpx2.Response) -> httpx2.Response:
    if answer.status_code < 400:
        return answer
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    raise ApiError(
        answer.status_code,
        str(problem.get("type", "about:blank")),
        str(problem.get("detail", answer.reason_phrase)),
        str(problem.get("request_id", answer.headers.get("X-Request-ID", ""))),
        problem.get("errors", ()),
    )
