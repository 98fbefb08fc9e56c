"""Put load on a service of this machine, and print how it bears it.

    python scripts/load_test.py [--posts 100000] [--seconds 20] [--rate 100] [--posters 16] [--only-feed]
                                [--keep DIR]

The demo shop is indexed with spark-mini and a store is filled (scripts/fill_store.py); then a service on
127.0.0.1 is asked:

  feed      pages of 50 posts, `rate` a second: readers begin at the newest and turn some pages
  alone     photos, one after the other: what the service adds to decoding, forward pass and search
  suggest   photos by `posters` at once, against what the model does in batches of 32 by itself
  overload  ten times as many photos a second as it has just borne, by so many at once that none of them
            waits for another's answer; then how soon it is as before

Locust runs beside the service on the same cores, so that figures are worse than with clients elsewhere.
Needs the extra `bench`.
"""

import locust  # isort: skip - gevent has to be first
import argparse
import json
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import gevent
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

ROOT = Path(__file__).resolve().parents[1]
PHOTOS = [path.read_bytes() for path in sorted((ROOT / "spark_vision/demo_shop/photos").iterdir())]
_BOUND = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import numpy as np
from spark_vision.bootstrap import open_shop
from spark_vision.imaging.decode import decode
from spark_vision.settings import Settings
encoder = open_shop(Settings()).suggester.encoder
photos = [path.read_bytes() for path in sorted(Path(sys.argv[1]).iterdir())]
batches = [(photos * 2)[at : at + 32] for at in range(0, len(photos), 32)] * 2
read = lambda photo: encoder.prepare(decode(photo))
with ThreadPoolExecutor(2) as threads:
    encoder.forward(np.stack(list(threads.map(read, batches[0]))))
    start = time.perf_counter()
    for batch in batches:
        encoder.finish(encoder.forward(np.stack(list(threads.map(read, batch)))))
print(sum(map(len, batches)) / (time.perf_counter() - start))
"""


class Asker(FastHttpUser):
    """Somebody who asks; what came of it is noted by the phase that made them."""

    abstract = True
    answers: ClassVar[list[tuple[int, float, Any]]] = []

    def note(self, method: str, path: str, **request: Any) -> Any:
        start = time.perf_counter()
        with self.client.request(method, path, name="asked", catch_response=True, **request) as answer:
            answer.success()
        self.answers.append((answer.status_code, time.perf_counter() - start, answer))
        return answer


class Reader(Asker):
    """Reads the feed: from the newest on, up to five pages."""

    @locust.task
    def read(self) -> None:
        if not getattr(self, "left", 0):
            self.cursor, self.left = "", random.randrange(1, 6)
        answer = self.note("GET", f"/v1/posts?limit=50&cursor={self.cursor}")
        # The cursor stands last; reading all of the page would be the reader's work, on the service's cores.
        tail = answer.content[-1000:].rpartition(b'"next":')[2].strip(b'"} ')
        self.cursor, self.left = tail.decode().replace("null", ""), self.left - 1


class Poster(Asker):
    """Sends photos, one after the other."""

    @locust.task
    def look_up(self) -> None:
        photo = random.choice(PHOTOS)
        self.note("POST", "/v1/search/photo", data=photo, headers={"Content-Type": "image/jpeg"})


def run_phase(
    url: str, kind: type[Asker], users: int, seconds: float, a_second: float | None = None
) -> list[tuple[int, float, Any]]:
    """Let so many ask for so long; a_second: of all together, None: as fast as they can."""
    kind.answers = []
    kind.wait_time = locust.constant_throughput(a_second / users) if a_second else locust.constant(0)
    environment = Environment(user_classes=[kind], host=url)
    runner = environment.create_local_runner()
    runner.start(users, spawn_rate=users)
    gevent.sleep(seconds)
    runner.quit()
    return kind.answers


def main() -> None:
    options = _options()
    random.seed(0)
    with TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        environment = _prepare(folder, options.posts)
        photos = str(ROOT / "spark_vision/demo_shop/photos")
        bound = 1.0 if options.only_feed else float(_python(environment, "-c", _BOUND, photos).split()[-1])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = (folder / "service.log").open("wb")
        command = [sys.executable, "-m", "spark_vision.cli", "serve", "--port", str(port)]
        service = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url)
            for row in _phases(url, options, bound, service.pid):
                print(row, flush=True)
        finally:
            service.terminate()
            service.wait(40)
    print(f"load average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _phases(url: str, options: argparse.Namespace, bound: float, pid: int) -> Any:
    run_phase(url, Reader, 10, 3, options.rate / 2)
    before = _processor_seconds(pid)
    seen = run_phase(url, Reader, 20, options.seconds, options.rate)
    each = (_processor_seconds(pid) - before) / len(seen) * 1000
    yield f"feed      {_rate(seen, options.seconds)}, {_percentiles(_good(seen))}, {_statuses(seen)}"
    yield f"          {each:.1f} ms of the service's processor a page"
    if options.only_feed:
        return
    run_phase(url, Poster, 2, 2)
    alone = run_phase(url, Poster, 1, options.seconds / 2)
    stages = [answer.json()["timings"] for status, _, answer in alone if status == 200]
    needed = sorted(sum(one[stage] for stage in ("decode", "prepare", "forward", "search")) for one in stages)
    ratio = _at(_good(alone), 0.5) / needed[len(needed) // 2]
    yield f"alone     {_percentiles(_good(alone))}; p50 is {ratio:.2f} of decode + forward + search"
    many = run_phase(url, Poster, options.posters, options.seconds)
    rate = len(_good(many)) / options.seconds
    yield f"suggest   {_percentiles(_good(many))}, {_statuses(many)}"
    yield f"          {rate:.1f} photos/s; in batches by itself {bound:.1f}: {rate / bound:.2f}"
    yield from _overload(url, options, pid, 10 * rate)


def _overload(url: str, options: argparse.Namespace, pid: int, rate: float) -> Any:
    before = _rss(pid)
    watch, peak = gevent.spawn(_watch_memory, pid), before
    seen = run_phase(url, Poster, 340, options.seconds / 2, rate)
    watch.kill()
    peak = max(_PEAK)
    refused = [(seconds, answer) for status, seconds, answer in seen if status in (429, 503)]
    told = sum("Retry-After" in answer.headers for _, answer in refused)
    took = [seconds for seconds, _ in refused]
    sent = f"{_rate(seen, options.seconds / 2)} of {rate:.0f} wanted"
    yield f"overload  {sent}: {_statuses(seen)}; {told} of {len(refused)} refused with Retry-After"
    yield f"          refused within {_percentiles(took)}"
    yield f"          memory {before:.0f} MB before, {peak:.0f} MB at most"
    start = time.perf_counter()
    for _ in range(50):
        after = run_phase(url, Poster, 1, 1)
        if after and all(status == 200 for status, _, _ in after):
            break
    passed = time.perf_counter() - start - 1
    yield f"          normal again {passed:.1f} s after, {_percentiles(_good(after))}"


_PEAK: list[float] = [0.0]


def _watch_memory(pid: int) -> None:
    while True:
        _PEAK.append(_rss(pid))
        gevent.sleep(0.2)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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


def _good(answers: list[tuple[int, float, Any]]) -> list[float]:
    return [seconds for status, seconds, _ in answers if status == 200]


def _at(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


def _percentiles(values: list[float]) -> str:
    return ", ".join(f"p{share * 100:.0f} {_at(values, share) * 1000:.1f} ms" for share in (0.5, 0.95, 0.99))


def _rate(answers: list[tuple[int, float, Any]], seconds: float) -> str:
    return f"{len(answers) / seconds:.1f} requests/s"


def _statuses(answers: list[tuple[int, float, Any]]) -> str:
    counted: dict[int, int] = {}
    for status, _, _ in answers:
        counted[status] = counted.get(status, 0) + 1
    return ", ".join(f"{count} x {status}" for status, count in sorted(counted.items()))


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
