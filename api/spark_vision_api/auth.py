"""Who asks: a bearer key to an actor, and routes that are for some roles only."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from spark_vision.domain.account import NOBODY, Actor, Role
from spark_vision.errors import KeyNeededError, NotAllowedError
from spark_vision.tagging.accounts import recognise
from spark_vision_api.services import Given

_bearer = HTTPBearer(auto_error=False, description="A key from `spark-vision users add NAME --role ROLE`.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def _actor(services: Given, credentials: Credentials) -> Actor:
    if credentials is None:
        return NOBODY
    actor = await run_in_threadpool(recognise, services.store, credentials.credentials)
    if actor is NOBODY:
        raise KeyNeededError("The key is unknown or was revoked; an admin can make another.")
    return actor


AnyActor = Annotated[Actor, Depends(_actor)]


def only(*roles: Role) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency that lets accounts with one of the roles pass; raises KeyNeededError, NotAllowedError."""

    async def check(actor: AnyActor) -> Actor:
        if actor.account is None:
            raise KeyNeededError("This needs a key, as `Authorization: Bearer KEY`.")
        if not actor.has(*roles):
            raise NotAllowedError(
                f"This is for the role {' or '.join(roles)}; yours is {actor.account.role}."
            )
        return actor

    return check


Member = Annotated[Actor, Depends(only(*Role))]
CatalogueTeam = Annotated[Actor, Depends(only(Role.CATALOGUE, Role.ADMIN))]
Admin = Annotated[Actor, Depends(only(Role.ADMIN))]
