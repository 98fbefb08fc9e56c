"""How the command line speaks: documents and tables on standard output, all else on standard error."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table

    from spark_vision.core import progress as ports

# Where no terminal says how wide it is (a pipe, a log), nothing is cut.
_WIDTH = None if sys.stdout.isatty() else 240


def _console(*, stderr: bool = False) -> Console:
    """Text as it is: ids, names and paths may have square brackets and colons that Rich gives a meaning."""
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True, width=_WIDTH)


out = _console()
err = _console(stderr=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output, in ASCII: so it is one in every encoding, and with file names
    that are no text. NaN is a mistake of ours, not a value.
    """
    sys.stdout.write(json.dumps(value, indent=2, allow_nan=False) + "\n")


def print_error(message: str) -> None:
    """One clear line on standard error."""
    err.print(f"spark-vision: {message}", style="red")


def table(*columns: str) -> "Table":
    """A table as all commands draw it."""
    from rich.table import Table

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns[:-1]:
        drawn.add_column(column, no_wrap=True)
    drawn.add_column(columns[-1])
    return drawn


@contextmanager
def progress() -> "Iterator[ports.Progress]":
    """Progress of long work: a bar a step on a terminal, a line a step elsewhere."""
    if err.is_terminal:
        with _bars() as bars:
            yield _on_bars(bars)
    else:
        lines = _Lines()
        yield lines
        lines.finish()


def _bars() -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=err)


def _on_bars(bars: "Progress") -> "ports.Progress":
    tasks: dict[str, Any] = {}

    def report(step: str, done: int, total: int | None = None) -> None:
        if step not in tasks:
            tasks[step] = bars.add_task(step, total=total)
        bars.update(tasks[step], completed=done, total=total)

    return report


class _Lines:
    """A line when a step is over: the next one begins, or all is done."""

    def __init__(self) -> None:
        self._step = ""
        self._done = 0

    def __call__(self, step: str, done: int, total: int | None = None) -> None:
        if step != self._step:
            self.finish()
            self._step = step
        self._done = done

    def finish(self) -> None:
        """Say how far the last step came."""
        if self._step:
            err.print(f"{self._step}: {self._done}")
        self._step = ""
