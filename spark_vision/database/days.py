"""Days, in the words of each database."""

from datetime import datetime

from sqlalchemy import ColumnElement, String, func
from sqlalchemy.orm import InstrumentedAttribute, Session


def day_of(moment: InstrumentedAttribute[datetime], session: Session) -> ColumnElement[str]:
    """The day of a moment, UTC, as YYYY-MM-DD."""
    if session.get_bind().dialect.name == "sqlite":
        return func.strftime("%Y-%m-%d", moment, type_=String)
    return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD", type_=String)
