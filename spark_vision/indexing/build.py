"""A feed to a new index version, beside the live one until its last step."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from spark_vision import __version__
from spark_vision.domain.catalogue import FeedIssue, FeedRow
from spark_vision.domain.ids import canonical_json
from spark_vision.errors import CatalogueError, IndexDamagedError, IndexVersionError
from spark_vision.imaging.limits import DEFAULT_LIMITS, PictureLimits
from spark_vision.indexing.durable import exclusive, file_sha256
from spark_vision.indexing.embedding_cache import EmbeddingCache
from spark_vision.indexing.encode import EncodeTally, PicturePipeline
from spark_vision.indexing.exact import ExactIndex
from spark_vision.indexing.manifest import MANIFEST, Content, FileEntry, Manifest
from spark_vision.indexing.records import RecordWriter, product_record
from spark_vision.indexing.staging import StagedProduct, Staging
from spark_vision.indexing.versions import REPORT, VECTORS, VersionStore
from spark_vision.ports import ImageEncoder, PictureSource, Progress, silent

_ACCEPT_AT_ONCE = 256


@dataclass(frozen=True)
class BuildInput:
    """What a version is made from: a catalogue's rows and pictures, and an encoder.

    source: the feed's path, for the manifest.
    """

    source: str
    rows: Iterable[FeedRow | FeedIssue]
    pictures: PictureSource
    encoder: ImageEncoder
    limits: PictureLimits = DEFAULT_LIMITS


@dataclass(frozen=True)
class BuildReport:
    """What a build did. encoded, reused: pictures through the model, and from the cache."""

    manifest: Manifest
    encoded: int
    reused: int
    forward_seconds: float
    issues: list[FeedIssue]

    def as_dict(self) -> dict[str, Any]:
        """The report as a JSON value."""
        content = self.manifest.content
        return {
            "version": self.manifest.version,
            "model": content.encoder.model,
            "products": content.products,
            "pictures": content.pictures,
            "encoded": self.encoded,
            "reused": self.reused,
            "seconds": {**self.manifest.seconds, "forward": round(self.forward_seconds, 3)},
            "issues": [asdict(issue) for issue in self.issues],
        }


@dataclass
class _Run:
    """The state of one build on its way."""

    given: BuildInput
    folder: Path
    progress: Progress
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: dict[str, float] = field(default_factory=dict)
    issues: list[FeedIssue] = field(default_factory=list)
    tally: EncodeTally = field(default_factory=EncodeTally)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.seconds[name] = round(perf_counter() - start, 3)


def build_version(store: VersionStore, given: BuildInput, progress: Progress = silent) -> BuildReport:
    """Make a version of a whole catalogue and make it live.

    What an earlier build had encoded, finished or not, is taken from the cache. Until the pointer is
    switched the live version is untouched. Raises IndexBusyError where another build is at work,
    CatalogueError where there is nothing to index, and IndexVersionError where the disk is at fault.
    """
    with _disk_faults(store):
        return _build(store, given, progress)


@contextmanager
def _disk_faults(store: VersionStore) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise IndexVersionError(
            f"{store.root}: the build stopped at the disk ({error}); the live version stays as it is."
        ) from error


def _build(store: VersionStore, given: BuildInput, progress: Progress) -> BuildReport:
    store.root.mkdir(parents=True, exist_ok=True)
    with exclusive(store.root / ".lock"):
        store.clean_work()
        folder = store.work / "version"
        folder.mkdir()
        run = _Run(given, folder, progress)
        staging = Staging(store.work)
        with EmbeddingCache(store.cache, given.encoder.spec) as cache:
            _read(run, staging)
            _encode(run, staging, cache)
            content = _write(run, staging, cache)
        staging.close()
        manifest = _finish(run, store, content)
        store.clean_work()
    tally = run.tally
    return BuildReport(manifest, tally.encoded, tally.reused, tally.forward_seconds, run.issues)


def _read(run: _Run, staging: Staging) -> None:
    with run.step("read"):
        for number, row in enumerate(run.given.rows, start=1):
            if isinstance(row, FeedIssue):
                run.issues.append(row)
            elif (first := staging.add(row.product, row.line)) is not None:
                reason = (
                    f"the id stands twice; the first is in line {first}" if first else "the id stands twice"
                )
                run.issues.append(FeedIssue(reason, row.product.id, line=row.line))
            run.progress("read", number)


def _encode(run: _Run, staging: Staging, cache: EmbeddingCache) -> None:
    given = run.given
    pipeline = PicturePipeline(given.encoder, cache, given.pictures, given.limits)
    _, total = staging.count()
    usable = []
    with run.step("encode"):
        run.progress("encode", 0, total)
        for done, result in enumerate(pipeline.run(staging.pictures(), run.tally), start=1):
            if isinstance(result, FeedIssue):
                run.issues.append(result)
            else:
                usable.append(result)
            if len(usable) == _ACCEPT_AT_ONCE:
                staging.accept(usable)
                usable.clear()
            run.progress("encode", done, total)
        staging.accept(usable)
        run.issues.extend(
            FeedIssue("no picture of it can be used, so it is not indexed", product_id, line=line)
            for product_id, line in staging.without_picture()
        )


def _write(run: _Run, staging: Staging, cache: EmbeddingCache) -> Content:
    index = ExactIndex.empty(run.given.encoder.spec.dimension)
    catalogue = sha256()
    with run.step("write"):
        with RecordWriter(run.folder) as records:
            for staged in staging.products():
                index.add(np.stack([_embedding(cache, digest) for digest in staged.digests]))
                records.add(staged.product, staged.images, staged.digests)
                catalogue.update(_product_line(staged))
        if records.products == 0:
            raise CatalogueError(_nothing(run))
        index.write(run.folder / VECTORS)
        _write_report(run)
        files = {path.name: _entry(path) for path in sorted(run.folder.iterdir())}
    return Content(
        encoder=run.given.encoder.spec,
        index_kind=index.kind,
        products=records.products,
        pictures=len(index),
        catalogue_digest=catalogue.hexdigest(),
        files=files,
    )


def _embedding(cache: EmbeddingCache, digest: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    embedding = cache.get(digest)
    if embedding is None:
        raise IndexDamagedError("The embedding cache lost a picture it had; run the build again.")
    return embedding


def _product_line(staged: StagedProduct) -> bytes:
    return canonical_json([product_record(staged.product), staged.images, staged.digests]) + b"\n"


def _nothing(run: _Run) -> str:
    message = f"{run.given.source}: there is nothing to index; the live version stays as it is."
    if run.issues:
        message += f" {len(run.issues)} rows or pictures were refused, such as: {run.issues[0].reason}"
    return message


def _write_report(run: _Run) -> None:
    """The issues, kept with the version: the same feed gives the same bytes."""
    issues = [asdict(issue) for issue in run.issues]
    counts = dict(sorted(Counter(issue.severity for issue in run.issues).items()))
    report = json.dumps({"counts": counts, "issues": issues}, indent=1, ensure_ascii=False)
    (run.folder / REPORT).write_bytes(report.encode() + b"\n")


def _entry(path: Path) -> FileEntry:
    return FileEntry(path.stat().st_size, file_sha256(path))


def _finish(run: _Run, store: VersionStore, content: Content) -> Manifest:
    with run.step("publish"):
        name = _free_name(run.started, content, store.names())
        manifest = Manifest(
            version=name,
            content=content,
            source=run.given.source,
            program_version=__version__,
            started=run.started.isoformat(timespec="seconds"),
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=dict(run.seconds),
        )
        (run.folder / MANIFEST).write_bytes(manifest.to_bytes())
        store.publish(run.folder, name)
    return manifest


def _free_name(started: datetime, content: Content, taken: list[str]) -> str:
    """When it was made, then what is in it: names sort by time, and equal content shows."""
    base = f"{started:%Y%m%d-%H%M%S}.{started.microsecond // 1000:03}-{content.digest[:8]}"
    names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
