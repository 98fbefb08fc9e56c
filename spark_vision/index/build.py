"""A feed to a new index version, beside the live one until its last step."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from spark_vision import __version__
from spark_vision.core.errors import IndexVersionError, reason_of
from spark_vision.core.product import FeedIssue
from spark_vision.core.progress import Progress, no_progress
from spark_vision.index.atomic_files import try_file_lock
from spark_vision.index.build_steps import NO_PICTURE, BuildInput, BuildReport, Outcome, Run
from spark_vision.index.calibrations import calibration_mark, inherit_calibration
from spark_vision.index.changes import compare
from spark_vision.index.embedding_cache import EmbeddingCache
from spark_vision.index.encode import PicturePipeline, Usable
from spark_vision.index.engines.faiss.kinds import in_cells, kind_for, read_index
from spark_vision.index.existing_products import iter_existing_products, shared_products
from spark_vision.index.fingerprint_cache import FileFingerprintCache
from spark_vision.index.guard import write_hold
from spark_vision.index.manifest import MANIFEST, RUN, RUN_PAGE, Approximation, Content, Manifest
from spark_vision.index.near_duplicates import References, lookalikes
from spark_vision.index.previous_pictures import Fallback, MissedRuns, PreviousPictures
from spark_vision.index.report_page import render
from spark_vision.index.single_changes import replaced_changes
from spark_vision.index.staging import Staging
from spark_vision.index.versions import VersionStore
from spark_vision.index.write import REPORT, issues_digest, write_content

__all__ = ["BuildInput", "BuildReport", "build_version", "update_version"]

_ACCEPT_AT_ONCE = 256
# Pairs of pictures that are compared one by one in seconds.
_MOST_COMPARED = 10**9
# Of the products of both versions together, from which on they are of one shop.
_SAME_SHOP = 0.5


@dataclass(frozen=True)
class _Before:
    """The version that was live when a build began.

    is_whole: whether its files are undamaged. Its list of products is in any case.
    """

    manifest: Manifest
    folder: Path
    is_whole: bool


def build_version(store: VersionStore, given: BuildInput, progress: Progress = no_progress) -> BuildReport:
    """Make a version of a whole catalogue and make it live.

    What an earlier build had encoded, finished or not, is taken from the cache. Until the pointer is
    switched the live version is untouched. Raises IndexBusyError where another build is at work,
    CatalogueError where there is nothing to index, IndexRecallError (see recall), and IndexVersionError
    where the disk is at fault.
    """
    with _disk_faults(store):
        return _made(store, given, progress, even_if_unchanged=True)


def update_version(store: VersionStore, given: BuildInput, progress: Progress = no_progress) -> BuildReport:
    """Make what build_version would make, unless the live version is just that; raises as it does."""
    with _disk_faults(store):
        return _made(store, given, progress, even_if_unchanged=False)


@contextmanager
def _disk_faults(store: VersionStore) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        file = isinstance(error, OSError) and error.filename
        words = f"{file}: {reason_of(error)}" if file else reason_of(error)
        raise IndexVersionError(
            f"{store.root}: the build stopped at the disk ({words}); the live version stays as it is."
        ) from error


def _made(
    store: VersionStore, given: BuildInput, progress: Progress, *, even_if_unchanged: bool
) -> BuildReport:
    store.root.mkdir(parents=True, exist_ok=True)
    with (
        try_file_lock(store.root / ".lock"),
        _work_folder(store) as folder,
        closing(Staging(store.work)) as staging,
        closing(EmbeddingCache(store.cache, given.encoder.spec)) as cache,
        closing(FileFingerprintCache(store.cache)) as stamps,
        closing(MissedRuns(store.cache)) as missed,
    ):
        run, before = Run(given, folder, progress), _before(store)
        fallback = Fallback(_previous(run, before, cache), missed, given.rules.gone_runs)
        pipeline = PicturePipeline(
            given.encoder, cache, given.pictures, given.limits, stamps=stamps, fallback=fallback
        )
        _read(run, staging)
        _encode(run, staging, pipeline)
        _compare(run, staging, before)
        outcome: Outcome
        if before is not None and not even_if_unchanged and _is_unchanged(run, staging, before):
            manifest, outcome = before.manifest, "unchanged"
        else:
            manifest, outcome = _new_version(run, store, staging, cache, before)
        if not given.single_changes:  # which read none of the other products' pictures
            fallback.end_run()
    return run.report(manifest, outcome)


def _new_version(
    run: Run, store: VersionStore, staging: Staging, cache: EmbeddingCache, before: _Before | None
) -> tuple[Manifest, Outcome]:
    content, approximation = write_content(run, staging, cache)
    manifest = _describe(run, store, content, approximation)
    _look_for_doubles(run, store, staging, manifest)
    _inherit(run, store, before)
    outcome = _outcome(run, before)
    _publish(run, store, manifest, outcome)
    return manifest, outcome


@contextmanager
def _work_folder(store: VersionStore) -> Iterator[Path]:
    """Make the folder of a build, and give its disk back at the end, also after a failure."""
    store.clean_work()
    folder = store.work / "version"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(store.work, ignore_errors=True)


def _outcome(run: Run, before: _Before | None) -> Outcome:
    """Decide whether the version goes live; one that would do harm is held beside the live one."""
    policy = run.given.rules
    if not policy.live:
        return "beside"
    if before is not None:
        run.hold = policy.guard.check(run.changes.counts(), cut_off=run.issues.cut_off)
    return "published" if run.hold is None else "held"


def _before(store: VersionStore) -> _Before | None:
    """Return the live version, or None where there is none whose list of products can be read."""
    try:
        name = store.live()
        folder, manifest = store.folder(name), store.manifest(name)
        store.verify_records(name)
    except IndexVersionError:
        return None
    try:
        store.verify(name)
    except IndexVersionError:
        return _Before(manifest, folder, is_whole=False)
    return _Before(manifest, folder, is_whole=True)


def _read(run: Run, staging: Staging) -> None:
    with run.step("read"):
        for number, row in enumerate(run.given.rows, start=1):
            if isinstance(row, FeedIssue):
                run.issues.append(row)
            elif (first := staging.add(row.product, row.line, row.digests)) is not None:
                reason = (
                    f"the id stands twice; the first is in line {first}" if first else "the id stands twice"
                )
                run.issues.append(FeedIssue(reason, row.product.id, line=row.line))
            run.progress("read", number)


def _previous(run: Run, before: _Before | None, cache: EmbeddingCache) -> PreviousPictures | None:
    """The live version's pictures, which stand in for those that cannot be fetched now."""
    if before is None:
        return None
    same = before.manifest.content.encoder.fingerprint == run.given.encoder.spec.fingerprint
    return PreviousPictures(before.folder, before.manifest, cache, has_vectors=same and before.is_whole)


def _encode(run: Run, staging: Staging, pipeline: PicturePipeline) -> None:
    _, total = staging.count()
    usable: list[Usable] = []
    done = 0
    with run.step("encode"):
        run.progress("encode", 0, total)
        for result in pipeline.run(staging.pictures(), run.tally):
            if isinstance(result, FeedIssue):
                run.issues.append(result)
            else:
                usable.append(result)
            # A warning comes before its picture, which counts then.
            done += not (isinstance(result, FeedIssue) and result.severity == "warning")
            if len(usable) == _ACCEPT_AT_ONCE:
                staging.accept(usable)
                usable.clear()
            run.progress("encode", done, total)
        staging.accept(usable)
        run.issues.extend(
            FeedIssue(NO_PICTURE, product_id, line=line) for product_id, line in staging.without_picture()
        )


def _compare(run: Run, staging: Staging, before: _Before | None) -> None:
    with run.step("compare"):
        existing = iter(()) if before is None else iter_existing_products(before.folder)
        run.changes = compare(staging.products(), existing, run.folder)
        if before is not None and not run.given.single_changes:
            run.issues.extend(replaced_changes(before.manifest.single_changes, run.changes))


def _is_unchanged(run: Run, staging: Staging, before: _Before) -> bool:
    """Return whether the content would be the live version's: all that it depends on is equal."""
    content = before.manifest.content
    return (
        before.is_whole
        and content.catalogue_digest == run.changes.catalogue_digest
        and content.encoder == run.given.encoder.spec
        and content.index_kind == kind_for(staging.usable(), run.given.rules.kind)
        and content.files[REPORT].sha256 == issues_digest(run.issues)
    )


def _look_for_doubles(run: Run, store: VersionStore, staging: Staging, manifest: Manifest) -> None:
    with run.step("near_duplicates"):
        fresh = run.changes.fresh()
        if fresh.any():
            index, references = read_index(run.folder, manifest), References(run.folder, fresh)
            same = staging.same_pictures()
            with TemporaryDirectory(dir=store.work) as place:
                if len(references.fresh_rows()) * len(index) > _MOST_COMPARED:
                    index = in_cells(index, Path(place))
                run.lookalikes.extend(lookalikes(index, references, same, run.given.pictures))


def _inherit(run: Run, store: VersionStore, before: _Before | None) -> None:
    """Inherit the calibration of the live version, or else of an earlier version of the same shop.

    An earlier one is asked so that a night that emptied the catalogue does not cost the calibration.
    """
    if before is not None:
        same_model = before.manifest.content.encoder.fingerprint == run.given.encoder.spec.fingerprint
        same_shop = same_model and run.changes.kept_share >= _SAME_SHOP
        run.calibration = inherit_calibration(before.folder, run.folder, same_shop=same_shop)
    if run.calibration != "inherited":
        for folder in _calibrated(store, run.given.encoder.spec.fingerprint):
            if (before is None or folder != before.folder) and shared_products(
                folder, run.folder
            ) >= _SAME_SHOP:
                run.calibration = inherit_calibration(folder, run.folder, same_shop=True)
                return


def _calibrated(store: VersionStore, fingerprint: str) -> Iterator[Path]:
    """Yield the folders of the versions of a model that have a calibration, newest first."""
    for name in reversed(store.names()):
        with suppress(IndexVersionError):
            folder = store.folder(name)
            if calibration_mark(folder) and store.manifest(name).content.encoder.fingerprint == fingerprint:
                store.verify_records(name)
                yield folder


def _describe(
    run: Run, store: VersionStore, content: Content, approximation: Approximation | None
) -> Manifest:
    return Manifest(
        version=_free_name(run.started, content, store.names()),
        content=content,
        source=run.given.source,
        program_version=__version__,
        started=run.started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=dict(run.seconds),
        feed_digest=run.given.feed_digest,
        approximation=approximation,
        single_changes=run.given.single_changes,
    )


def _publish(run: Run, store: VersionStore, manifest: Manifest, outcome: Outcome) -> None:
    with run.step("report"):
        report = run.report(manifest, outcome)
        with (run.folder / RUN).open("w", encoding="utf-8") as file:
            file.writelines(report.json())
        (run.folder / RUN_PAGE).write_text(render(report, run.given.pictures), "utf-8")
    with run.step("publish"):
        if run.hold is not None:
            write_hold(run.folder, run.hold)
        (run.folder / MANIFEST).write_bytes(manifest.to_bytes())
        store.publish(run.folder, manifest.version, live=outcome == "published")
        store.release_held(but=manifest.version)  # a newer version takes the place of one that waits
        store.retain(run.given.rules.keep)


def _free_name(started: datetime, content: Content, taken: list[str]) -> str:
    """When it was made, then what is in it: names sort by time, and equal content shows."""
    base = f"{started:%Y%m%d-%H%M%S}.{started.microsecond // 1000:03}-{content.digest[:8]}"
    names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
