"""Render many pictures on all cores, and only those that are not there yet."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.rendering import render_log
from scripts.rendering.tasks import Outcome, Task, perform

if TYPE_CHECKING:
    from scripts.rendering.renderer import Renderer

Report = Callable[[Outcome], None]


class _Worker:
    """What a worker process keeps between pictures."""

    renderer: Renderer | None = None


def pending(tasks: Sequence[Task], out: Path) -> list[Task]:
    """The tasks whose picture is missing or was made from another recipe."""
    known = render_log.read(out)
    return [
        task
        for task in tasks
        if (outcome := known.get(task.path)) is None
        or outcome.digest != task.digest
        or not (out / task.path).is_file()
    ]


def run(tasks: Sequence[Task], out: Path, jobs: int, report: Report) -> None:
    """Render all tasks under `out` with `jobs` processes; `report` is called after each one.

    Finished pictures are noted at once, so that an interrupted run goes on where it was.
    Raises RendererMissingError when the renderer is not installed.
    """
    out.mkdir(parents=True, exist_ok=True)
    _start(jobs)  # here too, so that a missing renderer is told before processes are started
    if jobs == 1:
        for task in tasks:
            _finish(_work(task, out), out, report)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(jobs,)) as pool:
        waiting = [pool.submit(_work, task, out) for task in tasks]
        try:
            for future in as_completed(waiting):
                _finish(future.result(), out, report)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _finish(outcome: Outcome, out: Path, report: Report) -> None:
    render_log.note(out, outcome)
    report(outcome)


def _start(jobs: int) -> None:
    from scripts.rendering.renderer import Renderer

    _Worker.renderer = Renderer(threads=1 if jobs > 1 else 0)


def _work(task: Task, out: Path) -> Outcome:
    if _Worker.renderer is None:
        raise RuntimeError("the worker was not started")
    return perform(task, out, _Worker.renderer)
