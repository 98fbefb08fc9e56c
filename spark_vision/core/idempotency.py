"""Creating calls that carry a key of the client's, so that a repeated one has one effect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """One account's use of an idempotency key. fingerprint: SHA-256 of what was asked for."""

    account_id: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """What a call was answered with. body: JSON."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """A call that was seen before; answer: None while it is worked on."""

    fingerprint: str
    started_at: datetime
    answer: StoredResponse | None
