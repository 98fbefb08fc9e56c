"""Sessions in the database."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from spark_vision.core.account import BrowserSession
from spark_vision.database.tables.sessions import SessionRow


class SessionRepository:
    """Sessions of browsers, of one database session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, made: BrowserSession) -> None:
        """Store a new session."""
        row = SessionRow(
            id=made.id,
            account_id=made.account_id,
            browser=made.browser,
            created_at=made.created_at,
            expires_at=made.expires_at,
        )
        self._session.add(row)
        self._session.flush()

    def is_open(self, session_id: str, account_id: str, now: datetime) -> bool:
        """Return whether an account has this session, and it has neither ended nor expired."""
        theirs = (SessionRow.id == session_id, SessionRow.account_id == account_id)
        found = select(SessionRow.id).where(*theirs, SessionRow.expires_at > now)
        return self._session.scalar(found) is not None

    def of(self, account_id: str, now: datetime) -> list[BrowserSession]:
        """Return an account's open sessions, newest first."""
        theirs = select(SessionRow).where(SessionRow.account_id == account_id, SessionRow.expires_at > now)
        rows = self._session.scalars(theirs.order_by(SessionRow.created_at.desc(), SessionRow.id))
        return [
            BrowserSession(row.id, row.account_id, row.browser, row.created_at, row.expires_at)
            for row in rows
        ]

    def end(self, account_id: str, session_id: str | None = None) -> int:
        """End one session of an account, or (None) all of them; return how many ended."""
        theirs = delete(SessionRow).where(SessionRow.account_id == account_id)
        if session_id is not None:
            theirs = theirs.where(SessionRow.id == session_id)
        return len(self._session.scalars(theirs.returning(SessionRow.id)).all())

    def forget_expired(self, now: datetime) -> None:
        """Remove the rows of sessions that have expired."""
        self._session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
