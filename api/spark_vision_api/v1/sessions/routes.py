"""A member's sessions: listed, ended one by one or all."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as InPath

from spark_vision.core.errors import NotFoundError
from spark_vision.social.sessions import end_all_sessions, end_session, list_sessions, session_id_of
from spark_vision_api.auth.access import Member
from spark_vision_api.openapi import problems
from spark_vision_api.services import ServicesDep
from spark_vision_api.v1.sessions.schemas import SessionOut, SessionsOut

router = APIRouter(prefix="/v1/me/sessions", tags=["account"])
SessionId = Annotated[str, InPath(min_length=1, max_length=64)]


@router.get("", summary="List your sessions")
def show_sessions(request: Request, services: ServicesDep, actor: Member) -> SessionsOut:
    """Browsers in which you are signed in. API keys are not sessions."""
    session = services.sessions.read(request)
    current = "" if session is None else session_id_of(session.nonce)
    held = list_sessions(services.store, actor, datetime.now(UTC))
    return SessionsOut(
        sessions=[
            SessionOut(
                id=one.id,
                browser=one.browser,
                created_at=one.created_at,
                expires_at=one.expires_at,
                current=one.id == current,
            )
            for one in held
        ]
    )


@router.delete("", summary="End all of your sessions", status_code=204)
def end_sessions(services: ServicesDep, actor: Member) -> None:
    """Sign out everywhere. API keys go on working."""
    end_all_sessions(services.store, actor)


@router.delete("/{session_id}", summary="End a session", status_code=204, responses=problems(NotFoundError))
def end_one_session(session_id: SessionId, services: ServicesDep, actor: Member) -> None:
    """Sign out in one browser."""
    end_session(services.store, actor, session_id)
