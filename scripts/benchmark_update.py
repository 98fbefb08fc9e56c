"""How long a first build takes, an update with nothing changed, and one with 1 % changed.

    python scripts/benchmark_update.py ../shared/data/fashion [--model spark-mini]

The catalogue is copied to a temporary folder. One per cent of the products get another picture (their own,
compressed anew), which is as much work as a new product. Model loading is in none of the times; a last
line gives those of the commands, with all that a process needs to start.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from spark_vision.app.container import feed_pictures
from spark_vision.app.settings import Settings
from spark_vision.catalogue.read import open_source
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.load import load_encoder
from spark_vision.index.build import BuildInput, BuildReport, build_version, update_version
from spark_vision.index.versions import VersionStore


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "shop"
        shutil.copytree(options.source, folder)
        time.sleep(3)  # files that were written just now are read again, to be sure
        encoder = load_encoder(options.model)
        store = VersionStore(Path(place) / "index")
        first = _timed("first build", store, folder, encoder)
        _timed("nothing changed", store, folder, encoder, first)
        _change(folder)
        _timed("1 % changed", store, folder, encoder, first)
        _timed("nothing changed", store, folder, encoder, first)
        _commands(Path(place) / "by-command", folder, options.model)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="a folder with catalogue.csv")
    parser.add_argument("--model", default="spark-mini")
    return parser.parse_args()


def _timed(
    name: str, store: VersionStore, folder: Path, encoder: Encoder, first: float | None = None
) -> float:
    source = open_source(folder)
    pictures = feed_pictures(Settings(index_dir=store.root), source)
    given = BuildInput(str(source.path), source.rows(), pictures, encoder, feed_digest=source.digest())
    start = time.perf_counter()
    report = (build_version if first is None else update_version)(store, given)
    seconds = time.perf_counter() - start
    ratio = "" if first is None else f"   {first / seconds:8.1f} times faster, {seconds / first:6.2%} of it"
    print(f"{name:18}{seconds:9.2f} s{ratio}   {_steps(report)}", flush=True)
    return seconds


def _steps(report: BuildReport) -> str:
    steps = ", ".join(f"{step} {seconds:.2f}" for step, seconds in report.seconds.items())
    return f"{report.outcome}, {report.encoded:,} encoded ({steps})"


def _change(folder: Path) -> None:
    pictures = sorted((folder / "images").iterdir())[::100]
    for path in pictures:
        with Image.open(path) as image:
            image.load()
            image.save(path, quality=80)


def _commands(index: Path, folder: Path, model: str) -> None:
    """The commands as a user calls them; only that a process starts is added."""
    for verb in ("build", "update", "update", "rollback"):
        arguments = [] if verb == "rollback" else [str(folder), "--model", model]
        start = time.perf_counter()
        command = [sys.executable, "-m", "spark_vision.cli", "index", verb, *arguments, "--index", str(index)]
        done = subprocess.run(command, env=os.environ, capture_output=True, text=True)
        print(f"index {verb:12}{time.perf_counter() - start:9.2f} s   status {done.returncode}", flush=True)


if __name__ == "__main__":
    main()
