"""Progress reports of long work."""

from typing import Protocol


class Progress(Protocol):
    """Told of long work as it goes on."""

    def __call__(self, step: str, done: int, total: int | None = None) -> None:
        """`done` of `total` (None: unknown) units of a named step are finished."""


def no_progress(step: str, done: int, total: int | None = None) -> None:
    """A Progress that says nothing."""
