"""What a build is given, what it knows on its way, and what it reports."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from spark_vision.core.product import CUT_OFF, FeedIssue, FeedRow
from spark_vision.core.progress import Progress
from spark_vision.embedding.encoder import Encoder
from spark_vision.index.calibrations import Inheritance
from spark_vision.index.changes import Changes
from spark_vision.index.encode import EncodeTally
from spark_vision.index.guard import DEFAULT_GUARD, GuardPolicy, Hold
from spark_vision.index.manifest import Manifest, SingleChange
from spark_vision.index.near_duplicates import NearDuplicate
from spark_vision.index.spooled_list import SpooledList, json_pieces
from spark_vision.media.limits import DEFAULT_LIMITS, PictureLimits
from spark_vision.media.picture_source import PictureSource

Outcome = Literal["published", "beside", "held", "unchanged"]

NO_PICTURE = "no picture of it can be used, so it is not indexed"


@dataclass(frozen=True)
class VersionPolicy:
    """How a version is made. kind: of the index, None where its size decides; keep: how many versions
    stay; min_recall: what an approximate index must reach at 10 before it is published, 0..1;
    live: whether the version becomes the live one, or stays beside it until it is activated; guard: when it
    is held beside the live one instead; gone_runs: after how many runs in a row a picture is removed that
    its host refuses.
    """

    kind: str | None = None
    keep: int = 10
    min_recall: float = 0.98
    live: bool = True
    guard: GuardPolicy = DEFAULT_GUARD
    gone_runs: int = 3


DEFAULT_RULES = VersionPolicy()


@dataclass(frozen=True)
class BuildInput:
    """What a version is made from: a catalogue's rows and pictures, and an encoder.

    source: the feed's path, for the manifest; feed_digest: SHA-256 of the feed, for the manifest;
    single_changes: those since the last feed, with the new ones; empty where the rows are a feed's;
    not_modified: whether the feed's server said that it has not changed.
    """

    source: str
    rows: Iterable[FeedRow | FeedIssue]
    pictures: PictureSource
    encoder: Encoder
    limits: PictureLimits = DEFAULT_LIMITS
    feed_digest: str = ""
    rules: VersionPolicy = DEFAULT_RULES
    single_changes: tuple[SingleChange, ...] = ()
    not_modified: bool = False


class Issues(SpooledList[FeedIssue]):
    """What was wrong with a feed and its pictures, counted as it comes."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(FeedIssue, folder)
        self.severities: Counter[str] = Counter()
        self.without_picture = 0
        self.cut_off = False

    def append(self, value: FeedIssue) -> None:
        """Add an issue at the end."""
        super().append(value)
        self.severities[value.severity] += 1
        self.without_picture += value.reason == NO_PICTURE
        self.cut_off = self.cut_off or value.reason == CUT_OFF

    def pieces(self) -> Iterator[str]:
        """The issues as they are kept with a version, as JSON: the same feed gives the same text."""
        return json_pieces({"counts": dict(sorted(self.severities.items())), "issues": self})


@dataclass(frozen=True)
class BuildReport:
    """What a build or an update did.

    outcome: `published` and live; `beside` the live version; `held` there, for the reason in `hold`; or
    `unchanged`, where the live version, whose manifest this is then, was left as it is; encoded, reused:
    pictures through the model, and from the cache; seconds: of each step; calibration: what became of the one
    of the version before.
    """

    manifest: Manifest
    encoded: int
    reused: int
    forward_seconds: float
    issues: Issues
    changes: Changes
    lookalikes: SpooledList[NearDuplicate]
    outcome: Outcome = "published"
    seconds: dict[str, float] = field(default_factory=dict)
    calibration: Inheritance = "none"
    hold: Hold | None = None
    not_modified: bool = False

    def counts(self) -> dict[str, int]:
        """The numbers that matter, by what they count."""
        return {
            **self.changes.counts(),
            "refused": self.issues.severities["refused"],
            "warnings": self.issues.severities["warning"],
            "without_picture": self.issues.without_picture,
            "near_duplicates": len(self.lookalikes),
        }

    def json(self) -> Iterator[str]:
        """The report as JSON, piece by piece: it may be long."""
        return json_pieces(self._document())

    def _document(self) -> Mapping[str, Any]:
        content = self.manifest.content
        return {
            "version": self.manifest.version,
            "outcome": self.outcome,
            "held": None if self.hold is None else asdict(self.hold),
            "feed_not_modified": self.not_modified,
            "model": content.encoder.model,
            "kind": content.index_kind,
            "products": content.products,
            "pictures": content.pictures,
            "encoded": self.encoded,
            "reused": self.reused,
            "feed_digest": self.manifest.feed_digest,
            "calibration": self.calibration,
            "seconds": {**self.seconds, "forward": round(self.forward_seconds, 3)},
            "counts": self.counts(),
            "changes": self.changes.changes,
            "near_duplicates": self.lookalikes,
            "issues": self.issues,
        }


@dataclass
class Run:
    """The state of one build on its way."""

    given: BuildInput
    folder: Path
    progress: Progress
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: dict[str, float] = field(default_factory=dict)
    tally: EncodeTally = field(default_factory=EncodeTally)
    calibration: Inheritance = "none"
    hold: Hold | None = None
    issues: Issues = field(init=False)
    changes: Changes = field(init=False)
    lookalikes: SpooledList[NearDuplicate] = field(init=False)

    def __post_init__(self) -> None:
        self.issues = Issues(self.folder)
        self.changes = Changes.none(self.folder)
        self.lookalikes = SpooledList(NearDuplicate, self.folder)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        start = perf_counter()
        yield
        self.seconds[name] = round(perf_counter() - start, 3)

    def report(self, manifest: Manifest, outcome: Outcome) -> BuildReport:
        """What there is to say at the end."""
        tally = self.tally
        return BuildReport(
            manifest,
            tally.encoded,
            tally.reused,
            tally.forward_seconds,
            self.issues,
            self.changes,
            self.lookalikes,
            outcome,
            dict(self.seconds),
            self.calibration,
            self.hold,
            self.given.not_modified,
        )
