"""Fit the probabilities that come with a bundled model, on the demo shop's `demo` photos.

    python scripts/fit_default_calibration.py [--model spark-mini] [--photos DIR]... [--out FOLDER]

To be run again whenever the model changes: a fit is tied to its encoder. Takes under a minute, and writes
`calibration.json` into the model's folder, or into another. The `test` photos are not looked at.
More photos of the same shop come from `scripts/render_demo_shop.py --fresh-photos`.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from spark_vision.app.container import build_index, load_uncalibrated
from spark_vision.app.settings import Settings
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.embedding.bundled import bundled_model
from spark_vision.evaluation.calibration_fit import fit
from spark_vision.evaluation.calibration_run import labelled_regions, with_gaps
from spark_vision.evaluation.datasets import read_dataset
from spark_vision.index.calibrations import keep_calibration

FITTED_ON = "the demo shop that comes with the program: calibrate on photos of your own shop"


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="spark-mini")
    parser.add_argument("--photos", type=Path, action="append", default=[], help="a folder of more photos")
    parser.add_argument("--out", type=Path, help="a folder for the fit, in place of the model's")
    options = parser.parse_args()
    name = options.model
    model = bundled_model(name)
    if model is None:
        parser.error(f"there is no bundled model {name!r}")
    with TemporaryDirectory(prefix="spark-vision-") as place:
        settings = Settings(index_dir=Path(place), model=name)
        build_index(settings, str(demo_shop()))
        shop = load_uncalibrated(settings)
        datasets = [read_dataset(demo_shop()).only("demo"), *map(read_dataset, options.photos)]
        regions = [region for held in datasets for region in labelled_regions(shop, held, settings)]
        found = fit(with_gaps(regions), shop.gallery.encoder.fingerprint, FITTED_ON)
    print(keep_calibration(options.out or model.path, found.as_dict()))
    for figure, value in found.figures.items():
        print(f"  {figure}  {value:g}")


if __name__ == "__main__":
    main()
