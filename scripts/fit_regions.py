"""Fit what tells things in a photo from their surroundings, on boxes that are known.

    python scripts/fit_regions.py [--model spark-mini] [--photos DIR]... [--out FOLDER]

Looks at the demo shop's `demo` photos, and at folders of more (`scripts/render_demo_shop.py --fresh-photos`);
never at its `test` photos. Writes `regions.json` into the model's folder: what the model's own map of a photo
tells, tied to its encoder, so to be run again whenever the model changes. With `--model none` it writes
spark_vision/search/regions/objectness.json, which needs no model. About a second for three photos.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import FeatureMap, Picture
from spark_vision.core.geometry import Box
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.embedding.bundled import REGIONS, bundled_model
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.load import load_encoder
from spark_vision.evaluation.datasets import read_dataset
from spark_vision.evaluation.regions import covered, fit_linear, overlaps
from spark_vision.media.files import read_picture
from spark_vision.search.regions.feature_map import SEEN, SEEN_QUICK, ObjectnessHead
from spark_vision.search.regions.features import COLOURS, FORM, QUICK, WindowFeatures
from spark_vision.search.regions.objectness import (
    WEIGHTS,
    Linear,
    Objectness,
    SeenObjectness,
    all_features,
    map_features,
)
from spark_vision.search.regions.windows import GRID, Sums, all_windows

NO_MODEL = "none"
_FOLDS = 4
_PLACES_STRENGTH = 0.001  # of many features that say much the same


@dataclass(frozen=True)
class Shown:
    """A photo with its boxes. best: each window's best overlap with one; seen: what an encoder saw."""

    picture: Picture
    boxes: Sequence[Box]
    best: NDArray[np.float64]
    seen: FeatureMap | None


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="spark-mini", help=f"a bundled model, or {NO_MODEL}")
    parser.add_argument("--photos", type=Path, action="append", default=[], help="a folder of more photos")
    parser.add_argument("--out", type=Path, help="a folder in place of the model's")
    options = parser.parse_args()
    encoder = None if options.model == NO_MODEL else load_encoder(options.model, "cpu")
    photos = _photos(options.photos, encoder)
    words = f"{len(photos)} photos of the demo shop that are not of its split `test`"
    if encoder is None:
        path, fitted = WEIGHTS, _plain(photos, words).as_dict()
    else:
        model = bundled_model(options.model)
        if model is None and options.out is None:
            parser.error(f"there is no bundled model {options.model!r}")
        path = (options.out or model.path) / REGIONS
        fitted = _by_map(photos, encoder.spec.fingerprint, words).as_dict()
    path.write_text(json.dumps(fitted, indent=1) + "\n", "utf-8")
    print(f"{path}: fitted on {words}")


def _photos(folders: Sequence[Path], encoder: Encoder | None) -> list[Shown]:
    shown = []
    for dataset in (read_dataset(demo_shop()).only("demo"), *map(read_dataset, folders)):
        for photo, queries in dataset.by_photo().items():
            boxes = [query.box for query in queries if query.box is not None]
            if boxes:
                picture = read_picture(photo)
                best = overlaps(all_windows().corners / GRID, boxes).max(axis=1)
                shown.append(Shown(picture, boxes, best, _seen(picture, encoder)))
    return shown


def _seen(picture: Picture, encoder: Encoder | None) -> FeatureMap | None:
    if encoder is None:
        return None
    _, maps = encoder.forward_with_maps(np.stack([encoder.prepare(picture)]))
    if maps is None:
        raise SystemExit(f"{encoder.spec.model} gives no maps; run `spark-vision models export-onnx` on it.")
    return FeatureMap(maps[0], encoder.spec.preprocessing.frame(picture.shape[1], picture.shape[0]))


def _plain(photos: Sequence[Shown], words: str) -> Objectness:
    quick, full = [], []
    for photo in photos:
        looked = WindowFeatures(photo.picture)
        rows = looked.quick(all_windows())
        quick.append((rows, photo.best))
        full.append((np.concatenate([rows, looked.colours(all_windows())], axis=1), photo.best))
    return Objectness(
        Linear(QUICK, *_rounded(fit_linear(quick))),
        Linear(QUICK + COLOURS, *_rounded(fit_linear(full))),
        words,
    )


def _by_map(photos: Sequence[Shown], encoder: str, words: str) -> SeenObjectness:
    """The windows' models learn from places that were judged by a fit on other photos, as they will be."""
    quick, full = [], []
    for fold in range(_FOLDS):
        thing = _thing([photo for place, photo in enumerate(photos) if place % _FOLDS != fold])
        for photo in photos[fold::_FOLDS]:
            sums = Sums.of(thing.cells(photo.seen))
            quick.append((map_features(sums, all_windows()), photo.best))
            full.append((all_features(WindowFeatures(photo.picture), sums, all_windows()), photo.best))
    return SeenObjectness(
        encoder,
        _thing(photos),
        Linear(SEEN_QUICK + FORM, *_rounded(fit_linear(quick))),
        Linear(QUICK + COLOURS + SEEN, *_rounded(fit_linear(full))),
        words,
    )


def _thing(photos: Sequence[Shown]) -> ObjectnessHead:
    parts = []
    for photo in photos:
        share, inside = covered(photo.seen, photo.boxes)
        places = photo.seen.values.reshape(len(photo.seen.values), -1).T
        parts.append((places[inside], share[inside]))
    return ObjectnessHead(*_rounded(fit_linear(parts, strength=_PLACES_STRENGTH)))


def _rounded(fitted: tuple[list[float], float]) -> tuple[tuple[float, ...], float]:
    weights, bias = fitted
    return tuple(round(weight, 6) for weight in weights), round(bias, 6)


if __name__ == "__main__":
    main()
