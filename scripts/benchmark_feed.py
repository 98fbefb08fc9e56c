"""A long feed with a bad row in a thousand: what is reported, how long it takes, and how much memory.

    python scripts/benchmark_feed.py [--rows 100000] [--work DIR] [--model fake]

Makes a Google Merchant feed of so many rows, each with a picture of its own (16 x 16 pixels, seeded), in
which every thousandth row has no id. Then `build`, `update` with nothing changed and `update` with 1 % of
the prices and pictures changed run as processes of their own, whose peak memory is measured (imports
included). It fails unless exactly the bad rows are reported, by line, and all others are live.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

COLUMNS = "id,title,description,image_link,price,brand,color,product_type,availability"
EVERY = 1000


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.work) as place:
        folder = Path(place)
        _pictures(folder, range(options.rows))
        feed = _feed(folder, options.rows, 0)
        time.sleep(3)  # files that were written just now are read again, to be sure
        print("| run | rows | seconds | peak memory | steps (seconds) |\n|---|---|---|---|---|", flush=True)
        first = _run("build", folder, options)
        _check(first, feed, options.rows)
        _run("update", folder, options, "update, nothing changed")
        changed = range(7, options.rows, 100)
        _pictures(folder, changed, seed=1)
        _feed(folder, options.rows, 1)
        _run("update", folder, options, "update, 1 % changed")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--model", default="fake")
    parser.add_argument("--work", type=Path, default=None, help="where files are put, for a while")
    return parser.parse_args()


def _pictures(folder: Path, numbers: range, seed: int = 0) -> None:
    for number in numbers:
        pixels = np.random.default_rng((seed, number)).integers(0, 256, (4, 4, 3), dtype=np.uint8)
        out = BytesIO()
        Image.fromarray(pixels).resize((16, 16), Image.Resampling.NEAREST).save(out, "PNG")
        path = folder / f"{number % 256:02x}" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(out.getvalue())


def _feed(folder: Path, rows: int, night: int) -> Path:
    path = folder / "catalogue.csv"
    with path.open("w") as file:
        file.write(COLUMNS + "\n")
        for number in range(rows):
            name = "" if number % EVERY == EVERY - 1 else f"p{number:07}"
            price = f"{number % 90 + 5 + night * (number % 100 == 7)}.00 EUR"
            text = f"A thing of a kind that nobody has seen before; number {number} of its series."
            file.write(f"{name},Thing {number},{text},{number % 256:02x}/{number}.png,{price},")
            file.write(f"Brand {number % 50},red,Things > Kind {number % 20},in_stock\n")
    return path


def _run(verb: str, folder: Path, options: argparse.Namespace, name: str = "build") -> Path:
    report = folder / f"{verb}.json"
    index = folder / "index"
    command = [sys.executable, "-m", "spark_vision.cli", "index", verb, str(folder / "catalogue.csv")]
    command += ["--index", str(index), "--model", options.model, "--json"]
    start = time.perf_counter()
    with report.open("wb") as out, (folder / "progress").open("wb") as progress:
        process = subprocess.Popen(command, stdout=out, stderr=progress)
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit((folder / "progress").read_text())
    steps = ", ".join(f"{step} {value:.1f}" for step, value in _steps(report).items())
    print(f"| {name} | {options.rows:,} | {seconds:.1f} | {_megabytes(used)} MB | {steps} |", flush=True)
    return report


def _steps(report: Path) -> dict[str, float]:
    steps: dict[str, float] = json.loads(report.read_text())["seconds"]
    return steps


def _megabytes(used: resource.struct_rusage) -> int:
    return used.ru_maxrss // 1024


def _check(report: Path, feed: Path, rows: int) -> None:
    told = json.loads(report.read_text())
    found = [(issue["line"], issue["severity"]) for issue in told["issues"]]
    wanted = [(number + 2, "refused") for number in range(rows) if number % EVERY == EVERY - 1]
    if found != wanted or told["products"] != rows - len(wanted):
        sys.exit(f"{feed}: {len(found):,} rows were reported, {told['products']:,} products are live.")
    print(f"{len(found):,} bad rows reported by line, {told['products']:,} products live", file=sys.stderr)


if __name__ == "__main__":
    main()
