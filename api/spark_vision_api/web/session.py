"""Who is signed in: a signed cookie that names a key, and a token that a page of ours proves itself with."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from spark_vision.domain.account import Actor
from spark_vision.ports.store import Store
from spark_vision.tagging.accounts import recognise_digest

COOKIE = "sv_session"
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105
_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """What the cookie says. nonce: random, one a session; key: the digest of the key that opened it."""

    nonce: str
    key: str


class Sessions:
    """Signs and reads the cookie. A session ends after 30 days, or when its key is revoked.

    secret: makes the signing secret, on first use.
    """

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret

    @cached_property
    def _cookies(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret(), salt="spark-vision.session")

    @cached_property
    def _tokens(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret(), salt="spark-vision.csrf")

    def open(self, request: Request, response: Response, key: str) -> None:
        """Sign in with an API key's digest."""
        value = self._cookies.dumps([secrets.token_urlsafe(16), key])
        set_cookie(request, response, COOKIE, str(value), _SECONDS)

    def close(self, response: Response) -> None:
        """Sign out."""
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")

    def read(self, request: Request) -> Session | None:
        """The session of a request; None where there is none, or it is forged or too old."""
        cookie = request.cookies.get(COOKIE)
        if not cookie:
            return None
        try:
            nonce, key = self._cookies.loads(cookie, max_age=_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        return Session(nonce, key)

    def token(self, session: Session) -> str:
        """What a page of ours sends along with a change; other sites cannot know it."""
        return str(self._tokens.dumps(session.nonce))

    def is_token(self, session: Session, token: str) -> bool:
        """Whether a token is this session's."""
        try:
            return bool(self._tokens.loads(token) == session.nonce)
        except BadSignature:
            return False


def actor_of(store: Store, session: Session) -> Actor:
    """Whose session it is; nobody once its key was revoked."""
    return recognise_digest(store, session.key)


def set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    """A cookie that scripts cannot read and other sites' changes do not bring."""
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure)


def is_own(request: Request) -> bool:
    """Whether a browser says that one of our pages sent this (Sec-Fetch-Site, else Origin)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("Host", "")
