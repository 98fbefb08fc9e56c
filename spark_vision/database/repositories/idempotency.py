"""Creating calls and their answers, in the database."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from spark_vision.core.idempotency import IdempotencyRecord, IdempotentRequest, StoredResponse
from spark_vision.database.tables.idempotency import IdempotencyKeyRow


class IdempotencyRepository:
    """Calls of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, call: IdempotentRequest, token: str, now: datetime) -> bool:
        """Note that a call is being worked on; false where its key is known."""
        row = IdempotencyKeyRow(
            account_id=call.account_id,
            key=call.key,
            fingerprint=call.fingerprint,
            token=token,
            started_at=now,
        )
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError:
            return False
        return True

    def known(self, call: IdempotentRequest) -> IdempotencyRecord | None:
        """What is known of the call's key; nobody else changes it before this transaction ends."""
        row = self._session.scalar(select(IdempotencyKeyRow).where(*_same(call)).with_for_update())
        if row is None:
            return None
        answer = None
        if row.status is not None:
            answer = StoredResponse(row.status, row.body or b"", row.headers or {})
        return IdempotencyRecord(row.fingerprint, row.started_at, answer)

    def take_over(self, call: IdempotentRequest, token: str, now: datetime) -> None:
        """Work on a known call anew, for whoever had it is gone."""
        self._session.execute(
            update(IdempotencyKeyRow).where(*_same(call)).values(token=token, started_at=now)
        )

    def finish(self, call: IdempotentRequest, token: str, answer: StoredResponse) -> bool:
        """Keep the answer; false where the call is no longer worked on under this token."""
        kept = {"status": answer.status, "body": answer.body, "headers": dict(answer.headers)}
        mine = update(IdempotencyKeyRow).where(
            *_same(call), IdempotencyKeyRow.token == token, IdempotencyKeyRow.status.is_(None)
        )
        return self._session.scalar(mine.values(kept).returning(IdempotencyKeyRow.key)) is not None

    def drop(self, call: IdempotentRequest, token: str) -> None:
        """Forget a call that came to nothing, so that its key can be used again."""
        mine = (*_same(call), IdempotencyKeyRow.token == token, IdempotencyKeyRow.status.is_(None))
        self._session.execute(delete(IdempotencyKeyRow).where(*mine))

    def forget_before(self, moment: datetime) -> None:
        """Forget the calls that began before a moment."""
        self._session.execute(delete(IdempotencyKeyRow).where(IdempotencyKeyRow.started_at < moment))


def _same(call: IdempotentRequest) -> tuple[ColumnElement[bool], ...]:
    return IdempotencyKeyRow.account_id == call.account_id, IdempotencyKeyRow.key == call.key
