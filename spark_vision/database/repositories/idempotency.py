"""Creating calls and their answers, in the database."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from spark_vision.core.idempotency import Answer, Call, KnownCall
from spark_vision.database.tables.idempotency import CallRow


class SqlCalls:
    """Calls of one session; see `ports.calls.Calls`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, call: Call, token: str, now: datetime) -> bool:
        """Note that a call is being worked on; false where its key is known."""
        row = CallRow(
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

    def known(self, call: Call) -> KnownCall | None:
        """What is known of the call's key; nobody else changes it before this transaction ends."""
        row = self._session.scalar(select(CallRow).where(*_same(call)).with_for_update())
        if row is None:
            return None
        answer = None
        if row.status is not None:
            answer = Answer(row.status, row.body or b"", row.headers or {})
        return KnownCall(row.fingerprint, row.started_at, answer)

    def take_over(self, call: Call, token: str, now: datetime) -> None:
        """Work on a known call anew, for whoever had it is gone."""
        self._session.execute(update(CallRow).where(*_same(call)).values(token=token, started_at=now))

    def finish(self, call: Call, token: str, answer: Answer) -> bool:
        """Keep the answer; false where the call is no longer worked on under this token."""
        kept = {"status": answer.status, "body": answer.body, "headers": dict(answer.headers)}
        mine = update(CallRow).where(*_same(call), CallRow.token == token, CallRow.status.is_(None))
        return self._session.scalar(mine.values(kept).returning(CallRow.key)) is not None

    def drop(self, call: Call, token: str) -> None:
        """Forget a call that came to nothing, so that its key can be used again."""
        mine = (*_same(call), CallRow.token == token, CallRow.status.is_(None))
        self._session.execute(delete(CallRow).where(*mine))

    def forget_before(self, moment: datetime) -> None:
        """Forget the calls that began before a moment."""
        self._session.execute(delete(CallRow).where(CallRow.started_at < moment))


def _same(call: Call) -> tuple[ColumnElement[bool], ...]:
    return CallRow.account_id == call.account_id, CallRow.key == call.key
