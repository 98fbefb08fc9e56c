"""Who is signed in: a signed cookie that names a session, and a token that a page of ours proves itself with.

The cookie says whose session it is; a row in the store says whether it is still open.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from spark_vision.core.account import ANONYMOUS, Account, Actor, Role
from spark_vision.database.store import Store
from spark_vision.social.accounts import recognise_digest
from spark_vision.social.sessions import open_session, session_id_of

COOKIE = "sv_session"
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105
_SECONDS = 30 * 24 * 3600
# A provider may bar somebody, and does not tell us: a day's work, then it is asked again.
_PERSON_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """What the cookie says. nonce: random, one a session; key: the digest of the key that opened it, else
    empty, and account_id and role are what an identity provider said.
    """

    nonce: str
    key: str
    account_id: str = ""
    role: Role | None = None


class Sessions:
    """Signs and reads the cookie. A session ends after 30 days, or when its key is revoked; one that an
    identity provider vouched for after 12 hours.

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

    def open(self, request: Request, response: Response, store: Store, account: Account, key: str) -> None:
        """Sign in with an API key's digest."""
        self._set(request, response, store, account, [key], _SECONDS)

    def open_for(self, request: Request, response: Response, store: Store, account: Account) -> None:
        """Sign in somebody whom an identity provider knows, in the role that it gives them now."""
        self._set(request, response, store, account, ["", account.id, account.role.value], _PERSON_SECONDS)

    def close(self, request: Request, response: Response) -> None:
        """Take the cookie away."""
        secure = request.url.scheme == "https"
        response.delete_cookie(cookie_name(request), httponly=True, samesite="lax", secure=secure)

    def read(self, request: Request) -> Session | None:
        """The session of a request; None where there is none, or it is forged or too old."""
        cookie = request.cookies.get(cookie_name(request))
        if not cookie:
            return None
        try:
            (nonce, key, *person), at = self._cookies.loads(cookie, max_age=_SECONDS, return_timestamp=True)
            if not person:
                return Session(nonce, key)
            account_id, role = person
            old = (datetime.now(UTC) - at).total_seconds() > _PERSON_SECONDS
            return None if old else Session(nonce, "", account_id, Role(role))
        except (BadSignature, ValueError, TypeError):
            return None

    def _set(
        self,
        request: Request,
        response: Response,
        store: Store,
        account: Account,
        who: list[str],
        seconds: int,
    ) -> None:
        """Open a session of its own: one that was open in this browser is ended, whoever had it."""
        nonce, browser = secrets.token_urlsafe(16), request.headers.get("User-Agent", "")
        if (before := self.read(request)) is not None:
            end_session_of(store, before)
        open_session(store, account.id, nonce, browser, datetime.now(UTC), timedelta(seconds=seconds))
        set_cookie(request, response, cookie_name(request), str(self._cookies.dumps([nonce, *who])), seconds)

    def token(self, session: Session) -> str:
        """What a page of ours sends along with a change; other sites cannot know it."""
        return str(self._tokens.dumps(session.nonce))

    def is_token(self, session: Session, token: str) -> bool:
        """Whether a token is this session's."""
        try:
            return bool(self._tokens.loads(token) == session.nonce)
        except BadSignature:
            return False


def cookie_name(request: Request) -> str:
    """Return the name of the session's cookie; over https one that no other host or path can set."""
    return f"__Host-{COOKIE}" if request.url.scheme == "https" else COOKIE


def actor_of(store: Store, session: Session) -> Actor:
    """Whose session it is; nobody once it has ended, its key was revoked or its account is gone."""
    actor = _signed_for(store, session)
    if actor.account is None:
        return ANONYMOUS
    with store.reading() as work:
        is_open = work.sessions.is_open(session_id_of(session.nonce), actor.account.id, datetime.now(UTC))
    return actor if is_open else ANONYMOUS


def end_session_of(store: Store, session: Session) -> None:
    """End a session, so that its cookie is worth nothing wherever it was copied to."""
    actor = _signed_for(store, session)
    if actor.account is not None:
        with store.writing() as work:
            work.sessions.end(actor.account.id, session_id_of(session.nonce))


def _signed_for(store: Store, session: Session) -> Actor:
    """Whom the cookie names."""
    if session.role is None:
        return recognise_digest(store, session.key)
    with store.reading() as work:
        account = work.accounts.active(session.account_id)
    return ANONYMOUS if account is None else Actor(Account(account.id, account.name, session.role))


def set_cookie(
    request: Request, response: Response, name: str, value: str, seconds: int, path: str = "/"
) -> None:
    """A cookie that scripts cannot read and other sites' changes do not bring.

    Lax and not Strict: who follows a link to here, or comes back from an identity provider, brings it along.
    """
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=seconds, path=path, httponly=True, samesite="lax", secure=secure)


def is_own(request: Request) -> bool:
    """Whether a browser says that one of our pages sent this (Sec-Fetch-Site, else Origin)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("Host", "")
