"""An order for an import to a new index version."""

import re
import shutil
from dataclasses import asdict, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from spark_vision.app.container import (
    BuildOptions,
    feed_cache,
    fetch_credentials,
    live_encoder,
    picture_addresses,
    rules_of,
    version_store,
)
from spark_vision.app.sealed import unseal
from spark_vision.app.settings import Settings
from spark_vision.catalogue.credentials import origin_of
from spark_vision.catalogue.feed_fetch import FeedLimits, FeedRequest, fetch_feed
from spark_vision.catalogue.issue_groups import IssueTable, group_issues
from spark_vision.catalogue.pictures import FeedPictures
from spark_vision.catalogue.read import Source, open_source
from spark_vision.catalogue.sent import SentPictures, with_addresses, within
from spark_vision.catalogue.shop import Shop
from spark_vision.core.catalogue_import import ImportOrder
from spark_vision.core.errors import InvalidInputError
from spark_vision.core.private_files import make_private_folder, private_opener
from spark_vision.core.progress import Progress
from spark_vision.database.store import Store
from spark_vision.index.build import BuildInput, BuildReport, update_version
from spark_vision.index.manifest import RUN, RUN_PAGE
from spark_vision.index.report_page import render
from spark_vision.media.picture_source import PictureSource

FEED = "feed"
ISSUES = "issues.csv"
NOT_MODIFIED = "feed.not-modified"
_TOLD = 100
# Sending a feed is given up after half an hour.
_LEFT_SECONDS = 3600


def import_folder(settings: Settings, import_id: str) -> Path:
    """Where the feed of an import lies while it is worked on, and what was reported."""
    return settings.data_dir / "imports" / import_id


def forget_import(settings: Settings, import_id: str) -> None:
    """Remove an import's files."""
    shutil.rmtree(import_folder(settings, import_id), ignore_errors=True)


def sweep_imports(settings: Settings, store: Store, now: datetime) -> int:
    """Remove the folders of feeds whose sending was broken off by the end of a process; how many.

    Those that are an hour old or younger stay: another process on the same folder may be receiving them.
    """
    folders = [path for path in (settings.data_dir / "imports").glob("*") if _is_left(path, now)]
    with store.reading() as work:
        left = [path.name for path in folders if work.imports.get(path.name) is None]
    for import_id in left:
        forget_import(settings, import_id)
    return len(left)


def _is_left(folder: Path, now: datetime) -> bool:
    """Whether nothing was written into an import's folder for longer than sending a feed may take."""
    try:
        times = [path.stat().st_mtime for path in (folder, *folder.iterdir())]
    except OSError:  # no folder, or just being removed
        return False
    return now.timestamp() - max(times) > _LEFT_SECONDS


def check_order(settings: Settings, order: ImportOrder) -> None:
    """Raise InvalidInputError, or CatalogueError, where the settings do not allow an order."""
    if order.origin == "address" and not settings.import_addresses:
        raise InvalidInputError("Feeds are not fetched here; send the feed itself.")
    if order.origin == "folder":
        within(settings.import_folder, order.source)


def run_import(settings: Settings, order: ImportOrder, folder: Path, progress: Progress) -> BuildReport:
    """Update the index by an order, and write what there is to report to the import's folder.

    Raises CatalogueError, and what update_version raises; what was encoded until then is kept.
    """
    make_private_folder(folder)
    source = _source(settings, order, folder, progress)
    pictures = _pictures(settings, order, source)
    base = order.pictures_base or (order.source if order.origin == "address" else "")
    given = BuildInput(
        source=str(source.path) if order.origin == "folder" else order.source,
        rows=with_addresses(source.rows(), "" if order.origin == "folder" else base),
        pictures=pictures,
        encoder=live_encoder(settings),
        limits=settings.picture_limits,
        feed_digest=source.digest(),
        rules=rules_of(settings, BuildOptions(kind=order.kind, live=order.live)),
        not_modified=(folder / NOT_MODIFIED).exists(),
    )
    report = update_version(version_store(settings), given, progress)
    with open(folder / RUN, "w", encoding="utf-8", opener=private_opener) as file:
        file.writelines(report.json())
    with open(folder / ISSUES, "w", encoding="utf-8", newline="", opener=private_opener) as file:
        table = IssueTable(file)
        for issue in report.issues:
            table.add(issue)
    # Under the name that it was ordered by: the manifest has its place on this machine's disk.
    shown = replace(report, manifest=replace(report.manifest, source=order.source))
    (folder / RUN_PAGE).write_text(render(shown, pictures), "utf-8")
    (folder / FEED).unlink(missing_ok=True)
    return report


def summary(report: BuildReport) -> dict[str, Any]:
    """A report without its long lists, which have their first entries alone."""
    content = report.manifest.content
    return {
        "version": report.manifest.version,
        "outcome": report.outcome,
        "held": None if report.hold is None else asdict(report.hold),
        "feed_not_modified": report.not_modified,
        "model": content.encoder.model,
        "kind": content.index_kind,
        "products": content.products,
        "pictures": content.pictures,
        "encoded": report.encoded,
        "reused": report.reused,
        "seconds": dict(report.seconds),
        "counts": report.counts(),
        "issue_groups": [asdict(group) for group in group_issues(report.issues)],
        "issues": [asdict(issue) for issue in islice(report.issues, _TOLD)],
        "near_duplicates": [asdict(pair) for pair in islice(report.lookalikes, _TOLD)],
    }


def _source(settings: Settings, order: ImportOrder, folder: Path, progress: Progress) -> Source:
    shop = Shop(settings.shop_currency, settings.shop_url)
    if order.origin == "folder":
        feed = within(settings.import_folder, order.source)
        return open_source(feed, order.format, shop, max_unpacked_bytes=settings.max_feed_bytes)
    path = folder / FEED
    if order.origin == "address" and not path.exists():
        progress("fetch", 0, 1)
        if not fetch_feed(_request(settings, order), path):
            (folder / NOT_MODIFIED).touch()
        progress("fetch", 1, 1)
    return open_source(path, order.format, shop, max_unpacked_bytes=settings.max_feed_bytes)


def _request(settings: Settings, order: ImportOrder) -> FeedRequest:
    own = unseal(settings, order.credentials) if order.credentials else None
    return FeedRequest(
        order.source,
        FeedLimits(settings.max_feed_bytes),
        picture_addresses(settings).networks,
        own or fetch_credentials(settings).get(origin_of(order.source)),
        feed_cache(settings),
    )


def _pictures(settings: Settings, order: ImportOrder, source: Source) -> PictureSource:
    addresses = picture_addresses(settings)
    if order.origin != "folder" or settings.import_folder is None:
        return SentPictures(addresses)
    files = source.pictures(settings.picture_limits)
    return FeedPictures(replace(files, within=settings.import_folder.resolve()), addresses)


def told(message: str, settings: Settings, order: ImportOrder, folder: Path) -> str:
    """An error's words without the places of this machine's disk."""
    places: tuple[tuple[str, str], ...] = (
        (str((folder / FEED).resolve()), order.source),
        (str(folder / FEED), order.source),
        (str(settings.index_dir), "index"),
    )
    for place, name in places:
        message = message.replace(place, name)
    if settings.import_folder is not None:
        place = str(settings.import_folder.resolve())
        message = message.replace(f"{place}/", "")
        message = re.sub(rf"{re.escape(place)}(?![^\s:;,'\"])", ".", message)  # no other name that begins so
    return message
