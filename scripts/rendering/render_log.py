"""What has been rendered already, kept beside the pictures: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from scripts.rendering.labels import Box
from scripts.rendering.tasks import Outcome

NAME = "rendered.jsonl"


def read(out: Path) -> dict[str, Outcome]:
    """The outcomes noted in a data set by path; a later line replaces an earlier one.

    A line that was cut off, as by a killed run, is passed over: its picture is made again.
    """
    path = out / NAME
    found: dict[str, Outcome] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            fields = json.loads(line)
            boxes = tuple((name, Box(**box)) for name, box in fields["boxes"])
            found[fields["path"]] = Outcome(fields["path"], fields["digest"], boxes)
        except (ValueError, KeyError, TypeError):
            continue
    return found


def note(out: Path, outcome: Outcome) -> None:
    """Add one outcome."""
    with (out / NAME).open("a", encoding="utf-8") as stream:
        stream.write(_line(outcome))


def rewrite(out: Path, outcomes: Iterable[Outcome]) -> None:
    """Replace the ledger by these outcomes in the order of their paths."""
    lines = [_line(outcome) for outcome in sorted(outcomes, key=lambda outcome: outcome.path)]
    (out / NAME).write_text("".join(lines), encoding="utf-8")


def _line(outcome: Outcome) -> str:
    boxes = [[name, asdict(box)] for name, box in outcome.boxes]
    fields = {"path": outcome.path, "digest": outcome.digest, "boxes": boxes}
    return json.dumps(fields) + "\n"
