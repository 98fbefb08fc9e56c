"""What Alembic runs for each command: on the connection, and in the transaction, that `migrate` holds."""

from typing import Any, Literal

from alembic import context

from spark_vision.database import tables as tables
from spark_vision.database.base import Base, UtcDateTime


def _rendered(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    return "UtcDateTime()" if kind == "type" and isinstance(value, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=_rendered,
)
context.run_migrations()
