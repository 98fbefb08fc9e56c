"""Measure suggestions on photos that nothing was fitted on: the demo shop's `test` split.

    python scripts/measure_suggestions.py [--photos DIR] [--fit FOLDER] [--json]

Items found in photos and what is suggested for them, silence where there is nothing, probabilities
(ECE, coverage, open set with a third of the products taken out, the mean of five draws), and the time in
forward passes.
Regions are looked for, whatever is set. `--photos` measures on other photos of the demo shop's products,
`--fit` takes the probabilities that scripts/fit_default_calibration.py put into a folder.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path
from shutil import copyfile
from statistics import fmean, median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from spark_vision.app.container import build_index, open_shop, version_store
from spark_vision.app.settings import Settings
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.calibration_fit import LabelledRegion, judge
from spark_vision.evaluation.calibration_run import labelled_regions, open_set
from spark_vision.evaluation.datasets import Dataset, read_dataset
from spark_vision.evaluation.protocols.items import FIRST, PhotoItems
from spark_vision.index.calibrations import CALIBRATION
from spark_vision.media.files import read_picture
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.search.query import SearchOptions

_TIMED = 20
_DRAWS = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--photos", type=Path, help="a folder of other photos of the demo shop's products")
    parser.add_argument("--fit", type=Path, help="a folder with a calibration.json")
    options = parser.parse_args()
    as_json = options.json
    with TemporaryDirectory(prefix="spark-vision-") as place:
        settings = Settings(index_dir=Path(place), regions="objects")
        build_index(settings, str(demo_shop()))
        if options.fit:
            store = version_store(settings)
            copyfile(options.fit / CALIBRATION, store.folder(store.live()) / CALIBRATION)
        shop = open_shop(settings)
        dataset = read_dataset(options.photos or demo_shop()).only(None if options.photos else "test")
        figures = {
            **_items(shop, dataset),
            **_probabilities(shop, dataset, settings),
            **_times(shop, dataset),
        }
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(f"{name:60} {value}")


def _items(shop: LoadedIndex, dataset: Dataset) -> dict[str, Any]:
    """Of visible products, how many are suggested; and what is claimed wrongly."""
    photos = [
        PhotoItems.of(shop.suggester.suggest(read_picture(photo)), queries)
        for photo, queries in dataset.by_photo().items()
    ]
    shown = [photo for photo in photos if photo.products]
    bare = [photo for photo in photos if not photo.products]
    guessed = sum(any(item.suggestions for item in photo.items) for photo in bare)
    large = [(photo, truth) for photo in shown for truth in photo.large()]
    located = sum(bool(photo.near(truth)) for photo, truth in large)
    found = sum(photo.suggests(truth, FIRST) for photo, truth in large)
    return {
        "visible products (box >= 5 %)": len(large),
        "located (IoU >= 0.4)": round(located / len(large), 3),
        "suggested in the first five of a located item": round(found / len(large), 3),
        "photos with more than one wrong confident item": sum(photo.wrong > 1 for photo in shown),
        "wrong confident items a photo, mean": round(fmean(photo.wrong for photo in shown), 3),
        "photos with nothing of the shop": len(bare),
        "of these without a confident item": sum(not photo.confident for photo in bare),
        "of these without even a guess": len(bare) - guessed,
        "items found a photo, mean": round(fmean(photo.found for photo in photos), 2),
    }


def _probabilities(shop: LoadedIndex, dataset: Dataset, settings: Settings) -> dict[str, Any]:
    regions = labelled_regions(shop, dataset, settings)
    drawn = [region for region in regions if not region.found and region.box is not None]
    return {
        **_named("true boxes", shop, [drawn]),
        **_named("true boxes, a third taken out", shop, _gaps(drawn)),
        **_named("all regions", shop, [regions]),
        **_named("all regions, a third taken out", shop, _gaps(regions)),
    }


def _gaps(regions: list[LabelledRegion]) -> list[list[LabelledRegion]]:
    return [open_set(regions, seed) for seed in range(_DRAWS)]


def _named(name: str, shop: LoadedIndex, draws: list[list[LabelledRegion]]) -> dict[str, Any]:
    """The means of each figure over the draws."""
    calibration = shop.suggester.judgement.calibration
    if calibration is None:
        return {f"{name}: calibrated": False}
    judged = [
        judge(regions, [calibration.probabilities(region.rows) for region in regions]).figures()
        for regions in draws
    ]
    return {f"{name}: {key}": round(fmean(held[key] for held in judged), 4) for key in judged[0]}


def _times(shop: LoadedIndex, dataset: Dataset) -> dict[str, Any]:
    """Processor time, medians over photos, taken in turn, so that a busy machine is as busy for each."""
    photos = [read_picture(query.photo) for query in dataset.queries[:_TIMED]]
    prepared = shop.suggester.encoder.prepare(photos[0])[None]
    seconds: dict[str, list[float]] = defaultdict(list)
    for photo in photos:
        for name, run in {
            "one forward pass": lambda: shop.suggester.encoder.forward(prepared),
            "whole photo alone": lambda photo=photo: shop.suggester.suggest(
                photo, extra=SearchOptions(find=False)
            ),
            "all of it": lambda photo=photo: shop.suggester.suggest(photo),
        }.items():
            start = process_time()
            run()
            seconds[name].append(process_time() - start)
    unit = median(seconds["one forward pass"][1:])
    times = {f"{name}, CPU ms": round(1000 * median(held[1:]), 1) for name, held in seconds.items()}
    return {**times, "all of it, in forward passes": round(median(seconds["all of it"][1:]) / unit, 2)}


if __name__ == "__main__":
    main()
