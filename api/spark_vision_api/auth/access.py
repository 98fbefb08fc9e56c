"""Who asks: a bearer key or a session to an actor, and routes that are for some roles only."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from spark_vision.core.account import ANONYMOUS, Actor, Role
from spark_vision.core.errors import AuthenticationRequiredError, PermissionDeniedError
from spark_vision.social.accounts import authenticate
from spark_vision.social.provisioning import account_id_of, provision_account
from spark_vision_api.http.error_handlers import ForeignRequestError
from spark_vision_api.services import Services, services_of
from spark_vision_api.web.session import TOKEN_HEADER, Session, actor_of, is_own

_DOTS_OF_A_TOKEN = 2  # header.claims.signature; our own keys have none
# In a request's state: its key is somebody's. Whoever counts requests asks.
KEY_RECOGNISED = "key_recognised"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_bearer = HTTPBearer(auto_error=False, description="A key from `spark-vision users add NAME --role ROLE`.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def _actor(request: Request, credentials: Credentials) -> Actor:
    services = services_of(request)
    if credentials is None:
        return await _by_session(request, services)
    actor = await run_in_threadpool(_recognised, services, credentials.credentials)
    request.scope["state"][KEY_RECOGNISED] = True
    return actor


def _recognised(services: Services, secret: str) -> Actor:
    if services.tokens is not None and secret.count(".") == _DOTS_OF_A_TOKEN:
        person = services.tokens.read(secret)
        account_id = account_id_of(person.issuer, person.subject)
        return provision_account(services.store, account_id, person.name, person.role, datetime.now(UTC))
    actor = authenticate(services.store, secret)
    if actor is ANONYMOUS:
        raise AuthenticationRequiredError("The key is unknown or was revoked; an admin can make another.")
    return actor


async def signed_in(request: Request, services: Services) -> tuple[Session | None, Actor]:
    """The session of a request, and whose it is. One of nobody, whose key was revoked or whose account is
    gone, is none: nobody could prove a page's token for it, as such pages have none.
    """
    session = services.sessions.read(request)
    if session is None:
        return None, ANONYMOUS
    actor = await run_in_threadpool(actor_of, services.store, session)
    return (None, ANONYMOUS) if actor.account is None else (session, actor)


async def _by_session(request: Request, services: Services) -> Actor:
    """A browser brings its cookie along whoever asks it to: a change needs the token of a page of ours."""
    session, actor = await signed_in(request, services)
    if session is not None and request.method not in SAFE_METHODS:
        token = request.headers.get(TOKEN_HEADER, "")
        if not (is_own(request) and services.sessions.is_token(session, token)):
            raise ForeignRequestError(
                f"A change that is signed in by the cookie needs the page's token in {TOKEN_HEADER};"
                " load the page again, or use a key as `Authorization: Bearer KEY`."
            )
    return actor


AnyActor = Annotated[Actor, Depends(_actor)]


async def require_browsing(request: Request, actor: AnyActor) -> None:
    """Let everybody pass, or accounts alone where anonymous browsing is off; raises
    AuthenticationRequiredError."""
    if actor.account is None and not services_of(request).settings.anonymous_browsing:
        raise AuthenticationRequiredError(
            "One may look around here with a key only: `Authorization: Bearer KEY`."
        )


def require_role(*roles: Role) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency that lets accounts with one of the roles pass; raises AuthenticationRequiredError,
    PermissionDeniedError."""

    async def check(actor: AnyActor) -> Actor:
        if actor.account is None:
            raise AuthenticationRequiredError("This needs a key, as `Authorization: Bearer KEY`.")
        if not actor.has(*roles):
            raise PermissionDeniedError(
                f"This is for the role {' or '.join(roles)}; yours is {actor.account.role}."
            )
        return actor

    return check


Poster = Annotated[Actor, Depends(require_role(Role.POSTER, Role.ADMIN))]
Member = Annotated[Actor, Depends(require_role(*Role))]
CatalogueTeam = Annotated[Actor, Depends(require_role(Role.CATALOGUE, Role.ADMIN))]
Admin = Annotated[Actor, Depends(require_role(Role.ADMIN))]
