"""Put load on a service of this machine, and print how it bears it.

    python scripts/load_test.py [--posts 100000] [--seconds 20] [--rate 100] [--posters 16] [--only-feed]
                                [--keep DIR]

The demo shop is indexed with spark-mini and a store is filled (scripts/fill_store.py); then a service on
127.0.0.1 is asked:

  feed      pages of 50 posts, `rate` a second at random moments: readers begin at the newest and turn some
            pages
  alone     photos as a whole, one after the other: what the service adds to decoding, forward pass and search
  suggest   photos as a whole by `posters` at once, against what the model does in batches of 32 by itself,
            before and after it
  finding   the same with the things that are found in each photo, as the service does by default
  overload  ten times as many photos a second as it has just borne, at random moments, by so many that
            hardly one of them waits for another's answer; then how soon it is as before

Locust (scripts/load_clients.py) runs beside the service on the same cores, so that figures are worse than
with clients elsewhere; its processor time is printed, too. Needs the extra `bench`.
"""

from load_clients import (  # isort: skip - gevent has to be first
    ROOT,
    Finder,
    Phase,
    Poster,
    Reader,
    at,
    percentiles,
    run_phase,
)
import argparse
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import gevent

# As many as there may be at once inside of a service with its defaults, many times over.
_CROWD = 340
_NEEDED = ("decode", "prepare", "forward", "search")
_BOUND = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import numpy as np
from spark_vision.app.container import open_shop
from spark_vision.media.decode import decode
from spark_vision.app.settings import Settings
encoder = open_shop(Settings()).suggester.encoder
photos = [path.read_bytes() for path in sorted(Path(sys.argv[1]).iterdir())]
batches = [(photos * 2)[at : at + 32] for at in range(0, len(photos), 32)] * 2
read = lambda photo: encoder.prepare(decode(photo))
with ThreadPoolExecutor(2) as threads:
    encoder.forward(np.stack(list(threads.map(read, batches[0]))))
    start, processor = time.perf_counter(), time.process_time()
    for batch in batches:
        encoder.finish(encoder.forward(np.stack(list(threads.map(read, batch)))))
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
photos = sum(map(len, batches))
print(photos / seconds, 1000 * processor / photos)
"""


class Bound(NamedTuple):
    """What the model does in batches by itself. each: milliseconds of processor a photo."""

    rate: float
    each: float


class Bench(NamedTuple):
    """What is asked, and how. environment: of the service's process, whose number is pid."""

    url: str
    pid: int
    environment: dict[str, str]
    options: argparse.Namespace

    def bound(self) -> Bound:
        """Measured now, while nobody asks the service."""
        photos = str(ROOT / "spark_vision/demo_shop/photos")
        return Bound(*map(float, _python(self.environment, "-c", _BOUND, photos).split()[-2:]))


def main() -> None:
    options = _options()
    random.seed(0)
    with TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        environment = _prepare(folder, options.posts)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = (folder / "service.log").open("wb")
        command = [sys.executable, "-m", "spark_vision.cli", "serve", "--port", str(port)]
        print(f"load average at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        service = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            bench = Bench(f"http://127.0.0.1:{port}", service.pid, environment, options)
            _wait(bench.url)
            for row in _phases(bench):
                print(row, flush=True)
        finally:
            service.terminate()
            service.wait(40)
    print(f"load average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _phases(bench: Bench) -> Iterator[str]:
    yield from _feed(bench)
    if bench.options.only_feed:
        return
    run_phase(bench.url, Poster, 2, 2, bench.pid)
    yield from _alone(bench)
    before = bench.bound()
    many = run_phase(bench.url, Poster, bench.options.posters, bench.options.seconds, bench.pid)
    yield from _suggest(many, before, bench.bound())
    yield from _finding(bench)
    yield from _overload(bench, 10 * many.rate)


def _feed(bench: Bench) -> Iterator[str]:
    rate = bench.options.rate
    readers = max(20, round(rate / 2))
    run_phase(bench.url, Reader, readers, 3, bench.pid, rate / 2)
    seen = run_phase(bench.url, Reader, readers, bench.options.seconds, bench.pid, rate)
    yield f"feed      {seen.asked:.1f} requests/s, {percentiles(seen.good)}, {seen.statuses}"
    yield f"          processor a page: service {seen.each(seen.service):.1f} ms, {_client(seen)}"


def _alone(bench: Bench) -> Iterator[str]:
    alone = run_phase(bench.url, Poster, 1, bench.options.seconds / 2, bench.pid)
    needed = [sum(one.stages[stage] for stage in _NEEDED) for one in alone.answers if one.stages]
    ratio = at(alone.good, 0.5) / at(needed, 0.5)
    yield f"alone     {percentiles(alone.good)}; p50 is {ratio:.2f} of decode + forward + search"
    yield f"          processor a photo: service {alone.each(alone.service):.1f} ms, {_client(alone)}"


def _suggest(many: Phase, before: Bound, after: Bound) -> Iterator[str]:
    rate, each = (before.rate + after.rate) / 2, (before.each + after.each) / 2
    yield f"suggest   {percentiles(many.good)}, {many.statuses}"
    yield (
        f"          {many.rate:.1f} photos/s; in batches by itself {before.rate:.1f} before and"
        f" {after.rate:.1f} after: {many.rate / rate:.2f}"
    )
    yield (
        f"          processor a photo: service {many.each(many.service):.1f} ms, {_client(many)}, in batches"
        f" {each:.1f} ms, which is {each / many.each(many.service):.2f} of the service's"
    )


def _finding(bench: Bench) -> Iterator[str]:
    for who, count in (("one", 1), (f"{bench.options.posters} at once", bench.options.posters)):
        seen = run_phase(bench.url, Finder, count, bench.options.seconds / 2, bench.pid)
        yield f"finding   {who}: {seen.rate:.1f} photos/s, {percentiles(seen.good)}, {seen.statuses}"
        yield f"          processor a photo: service {seen.each(seen.service):.1f} ms, {_client(seen)}"


def _overload(bench: Bench, rate: float) -> Iterator[str]:
    before, peaks = _rss(bench.pid), [0.0]
    watch = gevent.spawn(_watch_memory, bench.pid, peaks)
    seen = run_phase(bench.url, Poster, _CROWD, bench.options.seconds / 2, bench.pid, rate)
    start = time.perf_counter() + 1
    watch.kill()
    told = sum(one.told for one in seen.refused)
    yield f"overload  {seen.asked:.1f} requests/s of {rate:.0f} wanted: {seen.statuses}"
    yield f"          {told} of {len(seen.refused)} refused with Retry-After, within"
    yield f"          {percentiles([one.seconds for one in seen.refused])}"
    yield f"          processor a request: service {seen.each(seen.service):.1f} ms, {_client(seen)}"
    yield f"          memory {before:.0f} MB before, {max(peaks):.0f} MB at most"
    for _ in range(50):
        after = run_phase(bench.url, Poster, 1, 1, bench.pid)
        if after.good and not after.refused:
            break
    yield f"          normal again {time.perf_counter() - start:.1f} s after, {percentiles(after.good)}"


def _client(phase: Phase) -> str:
    return f"client {phase.each(phase.client):.1f} ms"


def _watch_memory(pid: int, peaks: list[float]) -> None:
    while True:
        peaks.append(_rss(pid))
        gevent.sleep(0.2)


def _rss(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def _prepare(folder: Path, posts: int) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    index, data = folder / "index", folder / "data"
    environment = {**os.environ, "SPARK_VISION_INDEX_DIR": str(index), "SPARK_VISION_DATA_DIR": str(data)}
    environment |= {f"SPARK_VISION_{name}_RATE": "" for name in ("KEY", "ADDRESS", "WRONG_KEY")}
    environment |= {"SPARK_VISION_LOG_LEVEL": "warning"}
    if not (data / "store.sqlite").exists():
        catalogue = str(ROOT / "spark_vision/demo_shop/catalogue.csv")
        _python(environment, "-m", "spark_vision.cli", "index", "build", catalogue)
        fill = ["--data", str(data), "--index", str(index), "--posts", str(posts)]
        print(_python(environment, str(ROOT / "scripts/fill_store.py"), *fill).strip())
    return environment


def _python(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def _wait(url: str) -> None:
    import urllib.request

    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                json.load(answer)
                return
        except OSError:
            gevent.sleep(0.1)
    raise SystemExit("the service never came up; see service.log")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=100, help="feed requests a second")
    parser.add_argument("--posters", type=int, default=16)
    parser.add_argument("--only-feed", action="store_true", help="leave out all that needs the model")
    parser.add_argument("--keep", type=Path, help="keep index and store here, and use them again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
