"""Fit what tells things in a photo from their surroundings, on the demo shop's `demo` photos.

    python scripts/fit_regions.py

Needs no model, so that it is run again only where features or windows change. Writes
spark_vision/suggestion/regions/objectness.json. The `test` photos are not looked at.
"""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from spark_vision.bootstrap.demo_shop import demo_shop
from spark_vision.domain.box import Box
from spark_vision.evaluation.datasets import read_dataset
from spark_vision.evaluation.regions import fit_linear, overlaps
from spark_vision.imaging.files import read_picture
from spark_vision.suggestion.regions.features import COLOURS, QUICK, Looked
from spark_vision.suggestion.regions.objectness import WEIGHTS, Linear, Objectness
from spark_vision.suggestion.regions.windows import GRID, all_windows


def main() -> None:
    """Fit and write."""
    boxes: dict[Path, list[Box]] = defaultdict(list)
    for query in read_dataset(demo_shop()).only("demo").queries:
        if query.box is not None:
            boxes[query.photo].append(query.box)
    windows = all_windows()
    quick, full = [], []
    for photo, held in boxes.items():
        looked = Looked(read_picture(photo))
        best = overlaps(windows / GRID, held).max(axis=1)
        rows = looked.quick(windows)
        quick.append((rows, best))
        full.append((np.concatenate([rows, looked.colours(windows)], axis=1), best))
    fitted = Objectness(
        Linear(QUICK, *_rounded(fit_linear(quick))),
        Linear(QUICK + COLOURS, *_rounded(fit_linear(full))),
        f"{len(boxes)} photos of the demo shop's split `demo`",
    )
    WEIGHTS.write_text(json.dumps(fitted.as_dict(), indent=1) + "\n", "utf-8")
    print(f"{WEIGHTS}: fitted on {fitted.fitted_on}")


def _rounded(fitted: tuple[list[float], float]) -> tuple[tuple[float, ...], float]:
    weights, bias = fitted
    return tuple(round(weight, 6) for weight in weights), round(bias, 6)


if __name__ == "__main__":
    main()
