"""The run of an import as a process: so that it cannot take the service with it, and can be ended at once.

It is given one line of JSON, and says lines of JSON: how far it has come, and how it ended. It ends with
whoever holds the other end of its standard input.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from spark_vision.app.container import picture_addresses, version_store
from spark_vision.app.settings import Settings
from spark_vision.catalogue.notice import WebhookTarget
from spark_vision.core.catalogue_import import CatalogueImport, Failure, ImportOrder, Progress
from spark_vision.core.errors import IndexBusyError, SettingsError, SparkVisionError
from spark_vision.database.store import Store
from spark_vision.imports.run import forget_import, import_folder, run_import, summary, told
from spark_vision.imports.schedules import ScheduleRunner
from spark_vision.imports.worker import ImportWorker, RunOutcome

# Look-ups go first.
_NICE = 10
_SAY_SECONDS = 0.2


class ImportProcess:
    """A run in a process of its own; see Running."""

    def __init__(self, settings: Settings, given: CatalogueImport) -> None:
        job = {
            "settings": settings.model_dump(mode="json"),
            "id": given.id,
            "order": {name: getattr(given.order, name) for name in ImportOrder.__dataclass_fields__},
        }
        self.progress = Progress("start")
        self._index = version_store(settings)
        self._ended: RunOutcome | None = None
        command = [sys.executable, "-m", "spark_vision.imports.process"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(BrokenPipeError):  # it is gone already: `wait` will say so
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
        self._listener = threading.Thread(target=self._listen, name=f"import-{given.id}", daemon=True)
        self._listener.start()

    def wait(self, seconds: float) -> RunOutcome | None:
        """How it ended, within so many seconds; None where it goes on."""
        self._listener.join(seconds)
        if self._listener.is_alive():
            return None
        self.kill()
        return self._ended or RunOutcome()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._index.remove_leftovers()

    def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        for line in self._process.stdout:
            said = json.loads(line)
            if "progress" in said:
                self.progress = Progress(*said["progress"])
            else:
                failure = None if said.get("failure") is None else Failure(*said["failure"])
                self._ended = RunOutcome(said.get("result"), failure, said.get("busy", False))


def import_worker(settings: Settings, store: Store) -> ImportWorker:
    """Who works on the imports of a store, each in a process of its own."""
    return ImportWorker(
        store,
        start=lambda given: ImportProcess(settings, given),
        forget=lambda import_id: forget_import(settings, import_id),
        keep=settings.keep_imports,
        tick=ScheduleRunner(settings, store, _webhook(settings)).tick,
    )


def _webhook(settings: Settings) -> WebhookTarget | None:
    if not settings.notice_url:
        return None
    if not settings.notice_secret:
        raise SettingsError(
            "SPARK_VISION_NOTICE_URL needs SPARK_VISION_NOTICE_SECRET, which signs the webhooks."
        )
    allowed = picture_addresses(settings).networks
    return WebhookTarget(settings.notice_url, settings.notice_secret, allowed)


def main() -> None:
    """Read the job, do it, say how it ended."""
    os.nice(_NICE)
    # Libraries that print do so on standard error: what is said here is for the service alone.
    with os.fdopen(os.dup(1), "w", buffering=1) as out:
        os.dup2(2, 1)
        job = json.loads(sys.stdin.buffer.readline())
        threading.Thread(target=_end_with_the_service, daemon=True).start()
        settings, order = Settings(**job["settings"]), ImportOrder(**job["order"])
        _say(out, _outcome(settings, order, import_folder(settings, job["id"]), out))


def _outcome(settings: Settings, order: ImportOrder, folder: Path, out: IO[str]) -> dict[str, Any]:
    try:
        return {"result": summary(run_import(settings, order, folder, _ProgressWriter(out)))}
    except IndexBusyError:
        return {"busy": True}
    except SparkVisionError as error:
        return {"failure": [error.code, told(error.message, settings, order, folder)]}


class _ProgressWriter:
    """Says how far a run has come, a few times a second."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._step = ""
        self._next = 0.0

    def __call__(self, step: str, done: int, total: int | None = None) -> None:
        now = time.monotonic()
        if step != self._step or now >= self._next or done == total:
            self._step, self._next = step, now + _SAY_SECONDS
            _say(self._out, {"progress": [step, done, total]})


def _say(out: IO[str], value: dict[str, Any]) -> None:
    out.write(json.dumps(value) + "\n")


def _end_with_the_service() -> None:
    """The service holds the other end of standard input: where that closes, it is gone."""
    while os.read(0, 1):  # not by sys.stdin, which a thread must not hold when the interpreter ends
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
