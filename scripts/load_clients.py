"""Who asks in the load test, by Locust: at moments of their own, or one request after the other."""

import locust  # isort: skip - gevent has to be first
import json
import logging
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import gevent
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment
from locust.exception import StopUser

ROOT = Path(__file__).resolve().parents[1]
PHOTOS = [path.read_bytes() for path in sorted((ROOT / "spark_vision/demo_shop/photos").iterdir())]
_REFUSED = (429, 503)
_DRAIN_SECONDS = 20.0
logging.getLogger("locust.runners").setLevel(logging.ERROR)  # which warns of many users, as are wanted here


class Answer(NamedTuple):
    """What became of a request. seconds: since it was due; told: it has a Retry-After; stages: the seconds
    that the service says it took for them; at: perf_counter() at its end.
    """

    status: int
    seconds: float
    told: bool
    stages: dict[str, float]
    at: float


@dataclass
class Phase:
    """What one phase showed. service, client: seconds of processor that either took meanwhile."""

    seconds: float
    until: float = 0.0
    service: float = 0.0
    client: float = 0.0
    answers: list[Answer] = field(default_factory=list)

    @property
    def good(self) -> list[float]:
        """The times of what was answered as wanted."""
        return [one.seconds for one in self.answers if one.status == 200]

    @property
    def refused(self) -> list[Answer]:
        """What was refused for lack of room."""
        return [one for one in self.answers if one.status in _REFUSED]

    @property
    def rate(self) -> float:
        """Good answers a second, of those that came in time."""
        return sum(one.status == 200 and one.at <= self.until for one in self.answers) / self.seconds

    @property
    def asked(self) -> float:
        """Requests a second."""
        return len(self.answers) / self.seconds

    def each(self, processor: float) -> float:
        """Milliseconds of a processor for each answer."""
        return 1000 * processor / max(sum(one.at <= self.until for one in self.answers), 1)

    @property
    def statuses(self) -> str:
        """How many of each status."""
        counted = Counter(one.status for one in self.answers)
        return ", ".join(f"{count} x {status}" for status, count in sorted(counted.items()))


class Asker(FastHttpUser):
    """Somebody who asks. rate: times a second, of all together, at random moments that wait for nobody (a
    Poisson process); None: each as soon as there is an answer. Whoever is free takes the next moment, and a
    request's time begins there, also where everybody was busy then.
    """

    abstract = True
    rate: ClassVar[float | None] = None
    phase: ClassVar[Phase]
    moment: ClassVar[float]

    def on_start(self) -> None:
        gevent.sleep(self.wait_time())

    def wait_time(self) -> float:
        now = time.perf_counter()
        self.due = now
        if self.rate is not None:
            kind = type(self)
            kind.moment += random.expovariate(self.rate)
            self.due = kind.moment
        return max(0.0, min(self.due, self.phase.until) - now)

    def note(self, method: str, path: str, **request: Any) -> Any:
        if max(self.due, time.perf_counter()) >= self.phase.until:
            raise StopUser
        with self.client.request(method, path, name="asked", catch_response=True, **request) as answer:
            now = time.perf_counter()  # what follows is Locust's own book-keeping
            answer.success()
        found = method == "POST" and answer.status_code == 200
        stages = json.loads(answer.content)["timings"] if found else {}
        told = "Retry-After" in (answer.headers or {})
        self.phase.answers.append(Answer(answer.status_code, now - self.due, told, stages, now))
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
    """Looks photos up, each as a whole: one picture through the model."""

    path: ClassVar[str] = "/v1/search/photo?find=false"

    @locust.task
    def look_up(self) -> None:
        photo = random.choice(PHOTOS)
        self.note("POST", self.path, data=photo, headers={"Content-Type": "image/jpeg"})


class Finder(Poster):
    """The same with what is found in them, as the service does where nobody says: five pictures or so."""

    path: ClassVar[str] = "/v1/search/photo"


def run_phase(
    url: str, kind: type[Asker], users: int, seconds: float, pid: int, a_second: float | None = None
) -> Phase:
    """Let so many ask for so long, and wait for their last answers; a_second: of all together."""
    phase = Phase(seconds, time.perf_counter() + seconds)
    kind.phase, kind.rate, kind.moment = phase, a_second, time.perf_counter()
    runner = Environment(user_classes=[kind], host=url).create_local_runner()
    before = processor_seconds(pid), time.process_time()
    runner.start(users, spawn_rate=users)
    gevent.sleep(phase.until - time.perf_counter())
    phase.service, phase.client = processor_seconds(pid) - before[0], time.process_time() - before[1]
    _wait_for(lambda: runner.user_count == 0)
    runner.quit()
    return phase


def _wait_for(done: Callable[[], bool]) -> None:
    until = time.perf_counter() + _DRAIN_SECONDS
    while not done() and time.perf_counter() < until:
        gevent.sleep(0.02)


def processor_seconds(pid: int) -> float:
    """What a process has taken of the processors since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def at(values: list[float], share: float) -> float:
    """The value that such a share of the values stay below."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


def percentiles(values: list[float]) -> str:
    """Three of them, in words."""
    return ", ".join(f"p{share * 100:.0f} {at(values, share) * 1000:.1f} ms" for share in (0.5, 0.95, 0.99))
