"""Sessions of browsers: opened at sign-in, ended at sign-out, by their owner, or with their account."""

from datetime import datetime, timedelta

from spark_vision.core.account import Actor, BrowserSession
from spark_vision.core.errors import AuthenticationRequiredError, NotFoundError
from spark_vision.core.ids import content_digest
from spark_vision.database.store import Store

_BROWSER_LENGTH = 200


def session_id_of(nonce: str) -> str:
    """Return the id under which the session of a cookie's random part is stored."""
    return content_digest(nonce.encode())


def open_session(
    store: Store, account_id: str, nonce: str, browser: str, now: datetime, lasts: timedelta
) -> None:
    """Store a session that begins now.

    Args:
        store: The tagging store.
        account_id: Whose session it is.
        nonce: The random part of the cookie, of which a digest is stored.
        browser: What the browser says that it is.
        now: The time of the sign-in.
        lasts: How long the session lasts at most.
    """
    shown = "".join(letter for letter in browser if letter.isprintable())[:_BROWSER_LENGTH]
    with store.writing() as work:
        work.sessions.forget_expired(now)
        work.sessions.add(BrowserSession(session_id_of(nonce), account_id, shown, now, now + lasts))


def list_sessions(store: Store, actor: Actor, now: datetime) -> list[BrowserSession]:
    """Return the actor's open sessions, newest first; raises AuthenticationRequiredError."""
    with store.reading() as work:
        return work.sessions.of(_account_id(actor), now)


def end_session(store: Store, actor: Actor, session_id: str) -> None:
    """End one of the actor's sessions.

    Raises:
        AuthenticationRequiredError: Nobody is signed in.
        NotFoundError: The actor has no such session.
    """
    with store.writing() as work:
        if not work.sessions.end(_account_id(actor), session_id):
            raise NotFoundError(f"You have no session {session_id[:100]!r}.")


def end_all_sessions(store: Store, actor: Actor) -> int:
    """End all of the actor's sessions; return how many. Raises AuthenticationRequiredError."""
    with store.writing() as work:
        return work.sessions.end(_account_id(actor))


def _account_id(actor: Actor) -> str:
    if actor.account is None:
        raise AuthenticationRequiredError("Sign in or send an API key.")
    return actor.account.id
