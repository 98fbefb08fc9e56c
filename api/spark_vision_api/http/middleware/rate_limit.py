"""How many requests a key or an address may make, before any of their bodies is read.

Keys are not looked up here. One that somebody may have made up has no budget of its own: it counts against
its address until it has been recognised. A wrong key counts against the address once more, and an address
that tried too many waits, whatever it sends.
"""

import time
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from math import ceil

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spark_vision.app.settings import Settings
from spark_vision.core.errors import InvalidInputError
from spark_vision.core.ids import content_digest
from spark_vision_api.auth.access import KEY_RECOGNISED
from spark_vision_api.http.error_handlers import TooManyRequestsError
from spark_vision_api.http.problems import API, answer, problem_of

_REMEMBERED = 10_000  # keys; those of a provider, its tokens, are new ones every few minutes
_SIGN_IN = ("POST", "/sign-in")  # of the pages, the one that takes keys
_IPV6_SUBSCRIBER = 64  # bits: what a subscriber has, who may change the others at will


class Budgets:
    """The three budgets, counted in this process."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._key = _rate("key_rate", settings.key_rate)
        self._address = _rate("address_rate", settings.address_rate)
        self._wrong_key = _rate("wrong_key_rate", settings.wrong_key_rate)
        self._recognised: dict[str, None] = {}  # their digests, the oldest first

    def wait_for_key(self, address: str) -> int:
        """Seconds to wait before another key may be tried from an address; 0: it may."""
        return self._blocked(self._wrong_key, address)

    def wait(self, key: str, address: str) -> int:
        """Seconds to wait before the request may be made; 0: it may, and is counted.

        key: the digest of one, empty for none.
        """
        if key and (wait := self.wait_for_key(address)):
            return wait
        return self._hit(self._key, key) if key in self._recognised else self._hit(self._address, address)

    def recognised(self, key: str) -> None:
        """A key is somebody's: from now on what it asks for counts for itself."""
        if key not in self._recognised:
            self._recognised[key] = None
            if len(self._recognised) > _REMEMBERED:
                del self._recognised[next(iter(self._recognised))]

    def wrong_key(self, key: str, address: str) -> None:
        """Count a key that was refused, also one that was good till now."""
        self._recognised.pop(key, None)
        if self._wrong_key is not None:
            self._limiter.hit(self._wrong_key, "wrong", address)

    def _hit(self, rate: RateLimitItem | None, who: str) -> int:
        if rate is None or self._limiter.hit(rate, "asks", who):
            return 0
        return self._seconds(rate, "asks", who)

    def _blocked(self, rate: RateLimitItem | None, who: str) -> int:
        if rate is None or self._limiter.test(rate, "wrong", who):
            return 0
        return self._seconds(rate, "wrong", who)

    def _seconds(self, rate: RateLimitItem, *who: str) -> int:
        until, _ = self._limiter.get_window_stats(rate, *who)
        return max(1, ceil(until - time.time()))


class RateLimitMiddleware:
    """Answers with 429 and Retry-After at once where a budget is used up."""

    def __init__(self, app: ASGIApp, budgets: Budgets) -> None:
        self._app = app
        self._budgets = budgets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        signs_in = scope["type"] == "http" and (scope["method"], scope["path"]) == _SIGN_IN
        if scope["type"] != "http" or not (signs_in or scope["path"].startswith(API)):
            await self._app(scope, receive, send)
            return
        address = subscriber_of(scope)
        key = "" if signs_in else _key(scope)
        wait = self._budgets.wait_for_key(address) if signs_in else self._budgets.wait(key, address)
        if wait:
            refusal = await _refusal(scope, wait)
            await refusal(scope, receive, send)
            return

        async def send_counted(message: Message) -> None:
            if (key or signs_in) and message["type"] == "http.response.start":
                if message["status"] == HTTPStatus.UNAUTHORIZED:
                    self._budgets.wrong_key(key, address)
                elif key and scope["state"].get(KEY_RECOGNISED):
                    self._budgets.recognised(key)
            await send(message)

        await self._app(scope, receive, send_counted)


def _key(scope: Scope) -> str:
    """The digest of a request's bearer key; empty where it has none."""
    scheme, _, key = Headers(scope=scope).get("Authorization", "").partition(" ")
    key = key.strip() if scheme.lower() == "bearer" else ""
    return content_digest(key.encode()) if key else ""


async def _refusal(scope: Scope, seconds: int) -> Response:
    error = TooManyRequestsError(f"That was more than may be asked; go on in {seconds} s.")
    headers = {"Retry-After": str(seconds), "Connection": "close"}
    return await answer(Request(scope), problem_of(error), headers)


def subscriber_of(scope: Scope) -> str:
    """The address of whoever asks, as it is counted."""
    return subscriber((scope.get("client") or ("", 0))[0])


def subscriber(address: str) -> str:
    """An address as it is counted: an IPv6 one by its first 64 bits, a mapped IPv4 one as IPv4."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> _IPV6_SUBSCRIBER << _IPV6_SUBSCRIBER))


def _rate(name: str, text: str) -> RateLimitItem | None:
    try:
        return parse(text) if text else None
    except ValueError:
        raise InvalidInputError(
            f"SPARK_VISION_{name.upper()} is {text!r}; write it like 600/minute, or leave it empty."
        ) from None
