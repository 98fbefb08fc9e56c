"""Cursors: where a list goes on, signed, so that nobody makes up one or uses it for another list."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from spark_vision_api.http.error_handlers import CursorError

MAX_LENGTH = 1000


class Cursors:
    """Writes and reads cursors with one secret, which is looked for when it is first needed."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret

    @cached_property
    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret(), salt="cursor")

    def write(self, listing: str, at: datetime, last: str) -> str:
        """A cursor behind the entry `last` of the moment `at`; listing: what is listed, filters and all."""
        return str(self._serializer.dumps([listing, at.astimezone(UTC).isoformat(), last]))

    def read(self, cursor: str, listing: str) -> tuple[datetime, str] | None:
        """Where a list goes on; None where the cursor is empty: from its beginning.

        Raises CursorError where it was not made here, or for another list.
        """
        if not cursor:
            return None
        try:
            made_for, at, last = self._loaded(cursor)
        except (BadData, ValueError, RecursionError) as error:
            raise CursorError(
                "The cursor is none that this service gave; begin again without one."
            ) from error
        if made_for != listing:
            raise CursorError("The cursor is of another list; its filters must stay as they were.")
        return datetime.fromisoformat(at), last

    def _loaded(self, cursor: str) -> tuple[str, str, str]:
        value: Any = self._serializer.loads(cursor)
        listing, at, last = value
        return listing, at, last
