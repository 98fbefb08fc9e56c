"""Errors."""

from pydantic import BaseModel, Field


class ProblemOut(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(description="Stable; what programs should look at.", examples=["/problems/overloaded"])
    title: str
    status: int
    detail: str = Field(description="One sentence on this very case, for people.")
    instance: str = Field(description="The path that was asked for.")
    request_id: str = Field(description="As in the X-Request-ID header; name it when you ask for help.")
    errors: list[dict[str, str]] | None = Field(
        default=None, description="`field` and `message` of each value that was wrong."
    )
