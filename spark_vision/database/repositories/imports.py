"""Imports of catalogues in the database."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from spark_vision.core.catalogue_import import CatalogueImport, Failure, ImportOrder, ImportState, Progress
from spark_vision.database.tables.imports import ImportRow

_UNFINISHED = (ImportState.QUEUED.value, ImportState.RUNNING.value)


class ImportRepository:
    """Imports of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, made: CatalogueImport) -> None:
        """Keep a new import, which waits."""
        row = ImportRow(
            id=made.id,
            account_id=made.account_id,
            order=asdict(made.order),
            state=made.state.value,
            created_at=made.created_at,
            attempts=0,
            step="",
            done=0,
        )
        self._session.add(row)
        self._session.flush()

    def get(self, import_id: str) -> CatalogueImport | None:
        """The import with this id."""
        row = self._session.get(ImportRow, import_id)
        return None if row is None else _import(row)

    def newest(self, count: int, before: tuple[datetime, str] | None = None) -> Sequence[CatalogueImport]:
        """So many imports, newest first; before: the creation and id of the one to go on behind."""
        wanted = select(ImportRow).order_by(ImportRow.created_at.desc(), ImportRow.id.desc()).limit(count)
        if before is not None:
            place = tuple_(ImportRow.created_at, ImportRow.id)
            wanted = wanted.where(place < before)
        return [_import(row) for row in self._session.scalars(wanted)]

    def unfinished(self) -> int:
        """How many wait or are worked on."""
        counted = select(func.count()).select_from(ImportRow).where(ImportRow.state.in_(_UNFINISHED))
        return self._session.scalar(counted) or 0

    def take(self, worker: str, now: datetime, until: datetime) -> CatalogueImport | None:
        """The oldest import that waits or was broken off, if any; the worker's until a moment."""
        waits = and_(
            ImportRow.state.in_(_UNFINISHED), or_(ImportRow.held_until.is_(None), ImportRow.held_until < now)
        )
        oldest = select(ImportRow).where(waits).order_by(ImportRow.created_at, ImportRow.id).limit(1)
        row = self._session.scalar(oldest.with_for_update(skip_locked=True))
        if row is None:
            return None
        row.state, row.worker, row.held_until = ImportState.RUNNING.value, worker, until
        row.started_at, row.attempts = row.started_at or now, row.attempts + 1
        self._session.flush()
        return _import(row)

    def hold(self, import_id: str, worker: str, until: datetime, progress: Progress) -> bool:
        """Hold it on, and note how far it is; false where it was cancelled or is the worker's no more."""
        return self._changed(import_id, worker, {"held_until": until, **asdict(progress)})

    def put_back(self, import_id: str, worker: str, not_before: datetime, *, begun: bool) -> None:
        """Let it wait again; begun: whether the attempt counts."""
        attempts = ImportRow.attempts if begun else ImportRow.attempts - 1
        queued = {"state": ImportState.QUEUED.value, "worker": None, "held_until": not_before}
        self._changed(import_id, worker, {**queued, "attempts": attempts})

    def finish(self, import_id: str, worker: str, now: datetime, result: dict[str, Any]) -> bool:
        """Keep the result of a run, which is done or held; false where it is no longer the worker's."""
        state = ImportState.HELD if result.get("outcome") == "held" else ImportState.DONE
        over = {"state": state.value, "finished_at": now, "worker": None}
        return self._changed(import_id, worker, {**over, "result": result})

    def fail(self, import_id: str, worker: str, now: datetime, failure: Failure) -> bool:
        """It came to nothing; false where it is no longer the worker's."""
        over = {"state": ImportState.FAILED.value, "finished_at": now, "worker": None}
        why = {"failure_code": failure.code, "failure": failure.detail}
        return self._changed(import_id, worker, {**over, **why})

    def cancel(self, import_id: str, now: datetime) -> bool:
        """Stop it, whether it waits or is worked on; false where it is over."""
        over = {"state": ImportState.CANCELLED.value, "finished_at": now, "worker": None}
        unfinished = (ImportRow.id == import_id, ImportRow.state.in_(_UNFINISHED))
        return self._updated(unfinished, over)

    def decide(self, import_id: str, state: ImportState, now: datetime, result: dict[str, Any]) -> bool:
        """End a held import with its result as it is now; false where it is not held any more."""
        held = (ImportRow.id == import_id, ImportRow.state == ImportState.HELD.value)
        return self._updated(held, {"state": state.value, "finished_at": now, "result": result})

    def forget_all_but(self, count: int) -> Sequence[str]:
        """Forget what is over, but for the newest; the ids that were forgotten."""
        over = select(ImportRow.id).where(ImportRow.state.not_in((*_UNFINISHED, ImportState.HELD.value)))
        newest_first = over.order_by(ImportRow.created_at.desc(), ImportRow.id.desc())
        gone = list(self._session.scalars(newest_first.offset(count)))
        if gone:
            self._session.execute(delete(ImportRow).where(ImportRow.id.in_(gone)))
        return gone

    def _changed(self, import_id: str, worker: str, values: dict[str, Any]) -> bool:
        """Change an import that the worker holds; whether it does."""
        running = ImportRow.state == ImportState.RUNNING.value
        return self._updated((ImportRow.id == import_id, ImportRow.worker == worker, running), values)

    def _updated(self, where: tuple[ColumnElement[bool], ...], values: dict[str, Any]) -> bool:
        changed = update(ImportRow).where(*where).values(values).returning(ImportRow.id)
        return self._session.scalar(changed) is not None


def _import(row: ImportRow) -> CatalogueImport:
    failure = None if row.failure_code is None else Failure(row.failure_code, row.failure or "")
    return CatalogueImport(
        id=row.id,
        account_id=row.account_id,
        order=ImportOrder(**row.order),
        created_at=row.created_at,
        state=ImportState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        attempts=row.attempts,
        progress=Progress(row.step, row.done, row.total),
        result=row.result,
        failure=failure,
    )
