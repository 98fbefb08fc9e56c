"""Figures for whoever runs the service, in Prometheus's words; each application has a registry of its own."""

from collections.abc import Mapping
from math import nan
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from spark_vision.core.suggestion import Item
from spark_vision_api.http.bounded_executor import BoundedExecutor

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_NAMESPACE = "spark_vision"


class _Share:
    """Which share of what was counted since the process began had some quality; threads may add."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._all = self._such = 0

    def add(self, such: bool) -> None:
        with self._lock:
            self._all += 1
            self._such += such

    def value(self) -> float:
        with self._lock:
            return self._such / self._all if self._all else nan


class Metrics:
    """What is counted, and where it is counted."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "requests",
            "Answers.",
            ("method", "route", "status"),
            namespace=_NAMESPACE,
            registry=self.registry,
        )
        self._request_seconds = self._histogram("request_seconds", "Time to an answer's end.", "route")
        self._stage_seconds = self._histogram("stage_seconds", "Time of each stage of a look-up.", "stage")
        self._suggestions = self._counter("suggestions", "Suggested products.")
        self._items = self._counter("items", "Regions that were looked up.")
        self._no_match = self._counter("no_match", "Regions without a sure suggestion.", "reason")
        self._decisions = self._counter("decisions", "Decisions on suggestions.", "kind")
        self._unmatched = self._share("no_match_rate", "Share of regions without a sure suggestion.")
        self._accepted = self._share("acceptance_rate", "Share of decisions that confirmed a suggestion.")

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """An answer has ended; route: the template, not the path, which is without bound."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def looked_up(self, items: tuple[Item, ...], seconds: Mapping[str, float]) -> None:
        """A photo or text was looked up; seconds of each stage."""
        for stage, value in seconds.items():
            self._stage_seconds.labels(stage).observe(value)
        for item in items:
            self._items.inc()
            self._suggestions.inc(len(item.suggestions))
            self._unmatched.add(item.no_match is not None)
            if item.no_match is not None:
                self._no_match.labels(item.no_match.reason).inc()

    def decided(self, *, confirmed: bool) -> None:
        """A suggestion was confirmed or rejected."""
        self._accepted.add(confirmed)
        self._decisions.labels("confirmed" if confirmed else "rejected").inc()

    def watch(self, name: str, gate: BoundedExecutor) -> None:
        """Show how many requests are inside a gate, at work or waiting."""
        gauge = Gauge(
            f"{name}_queue", f"Requests inside the {name} gate.", namespace=_NAMESPACE, registry=self.registry
        )
        gauge.set_function(lambda: gate.inside)

    def text(self) -> bytes:
        """All figures in the text format."""
        return generate_latest(self.registry)

    def _histogram(self, name: str, words: str, label: str) -> Histogram:
        return Histogram(
            name, words, (label,), namespace=_NAMESPACE, buckets=_SECONDS, registry=self.registry
        )

    def _share(self, name: str, words: str) -> "_Share":
        share = _Share()
        gauge = Gauge(name, f"{words} NaN before the first.", namespace=_NAMESPACE, registry=self.registry)
        gauge.set_function(share.value)
        return share

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(name, words, labels, namespace=_NAMESPACE, registry=self.registry)
