"""A run's log as a picture."""

from __future__ import annotations

import json
from pathlib import Path

LOSSES = ("loss", "text", "pictures", "keep_features", "categories", "phrases")


def draw_curves(log: Path, picture: Path) -> None:
    """Plot losses over steps and early figures over epochs.

    Args:
        log: one JSON object a line, as the image run writes it.
        picture: PNG file to write.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    notes = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    steps = [note for note in notes if "step" in note]
    epochs = [note for note in notes if "epoch" in note]
    drawing, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5))
    for name in (name for name in LOSSES if steps and name in steps[-1]):
        left.plot([note["step"] for note in steps], [note[name] for note in steps], label=name)
    for name in (name for name in (epochs[-1] if epochs else {}) if name != "epoch"):
        right.plot([note["epoch"] for note in epochs], [note[name] for note in epochs], label=name)
    left.set(xlabel="step", title="losses")
    right.set(xlabel="epoch", title="held-out figures", ylim=(0, 1))
    for axes in (left, right):
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend(fontsize=7)
    drawing.tight_layout()
    drawing.savefig(picture, dpi=120)
    pyplot.close(drawing)
