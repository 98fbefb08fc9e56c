"""Sessions as their owner sees them."""

from datetime import datetime

from pydantic import BaseModel, Field


class SessionOut(BaseModel):
    """A browser that is signed in."""

    id: str
    browser: str = Field(description="What the browser said that it is.", examples=["Mozilla/5.0 (X11)"])
    created_at: datetime
    expires_at: datetime
    current: bool = Field(description="Whether this request belongs to it.")


class SessionsOut(BaseModel):
    """Open sessions, newest first."""

    sessions: list[SessionOut]
