"""`spark-vision index ...`: the catalogue team's commands."""

from pathlib import Path
from typing import Annotated, Any

import typer

from spark_vision.cli import console
from spark_vision.domain.catalogue import FeedIssue
from spark_vision.indexing.manifest import Manifest
from spark_vision.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Build index versions, and choose the live one.")

IndexDir = Annotated[Path | None, typer.Option("--index", help="Index folder.", metavar="DIR")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_SHOWN_ISSUES = 20


def settings_for(index_dir: Path | None) -> Settings:
    """The settings, with another index folder where one was given."""
    return Settings() if index_dir is None else Settings(index_dir=index_dir)


@app.command()
def build(
    source: Annotated[str, typer.Argument(help="A Google Merchant feed, or a folder of pictures.")],
    index_dir: IndexDir = None,
    model: Annotated[str | None, typer.Option(help="MODEL to encode with.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a new version from a feed or a folder of pictures, then make it live."""
    from spark_vision.bootstrap import build_index

    with console.progress() as progress:
        report = build_index(settings_for(index_dir), source, model, progress)
    if as_json:
        console.print_json(report.as_dict())
        return
    _print_issues(report.issues)
    content = report.manifest.content
    console.out.print(
        f"{report.manifest.version} is live: {content.products:,} products, {content.pictures:,} pictures"
        f" ({report.encoded:,} encoded, {report.reused:,} known before),"
        f" {len(report.issues):,} issues, {sum(report.manifest.seconds.values()):.1f} s."
    )


def _print_issues(issues: list[FeedIssue]) -> None:
    if not issues:
        return
    table = console.table("line", "product", "severity", "reason")
    for issue in issues[:_SHOWN_ISSUES]:
        line = "" if issue.line is None else str(issue.line)
        table.add_row(line, issue.product_id, issue.severity, issue.reason)
    console.err.print(table)
    if len(issues) > _SHOWN_ISSUES:
        rest = len(issues) - _SHOWN_ISSUES
        console.err.print(f"... and {rest:,} more; --json and the version's report.json have all.")


@app.command("list")
def list_versions(index_dir: IndexDir = None, as_json: AsJson = False) -> None:
    """List the versions, oldest first."""
    store = _store(index_dir)
    live = store.live() if store.has_live() else None
    manifests = [store.manifest(name) for name in store.names()]
    if as_json:
        versions = [_summary(manifest, live=manifest.version == live) for manifest in manifests]
        console.print_json({"index": str(store.root), "live": live, "versions": versions})
        return
    table = console.table("", "version", "model", "products", "pictures", "made")
    for manifest in manifests:
        mark = "live" if manifest.version == live else ""
        content = manifest.content
        counts = (f"{content.products:,}", f"{content.pictures:,}")
        table.add_row(mark, manifest.version, content.encoder.model, *counts, manifest.finished)
    console.out.print(table)


@app.command()
def show(
    version: Annotated[str | None, typer.Argument(help="A version; without, the live one.")] = None,
    index_dir: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what a version is made of, and what was wrong with its feed."""
    store = _store(index_dir)
    name = version or store.live()
    manifest, report = store.manifest(name), store.report(name)
    live = store.has_live() and store.live() == name
    if as_json:
        console.print_json({**manifest.as_dict(), "live": live, "index_time": manifest.finished, **report})
        return
    table = console.table("", "")
    for label, value in _facts(manifest, live).items():
        table.add_row(label, str(value))
    console.out.print(table)


@app.command()
def activate(version: str, index_dir: IndexDir = None) -> None:
    """Verify a version and make it the live one."""
    _store(index_dir).activate(version)
    console.out.print(f"{version} is live.")


@app.command()
def rollback(index_dir: IndexDir = None) -> None:
    """Go back to the version that was live before."""
    console.out.print(f"{_store(index_dir).rollback()} is live.")


@app.command()
def verify(
    version: Annotated[str | None, typer.Argument(help="A version; without, the live one.")] = None,
    index_dir: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Check every file of a version against its checksum."""
    store = _store(index_dir)
    manifest = store.verify(version or store.live())
    if as_json:
        console.print_json({"version": manifest.version, "ok": True, "files": len(manifest.content.files)})
        return
    console.out.print(f"{manifest.version}: all {len(manifest.content.files)} files are as they were made.")


def _store(index_dir: Path | None) -> Any:
    from spark_vision.bootstrap import version_store

    return version_store(settings_for(index_dir))


def _summary(manifest: Manifest, *, live: bool) -> dict[str, object]:
    content = manifest.content
    return {
        "version": manifest.version,
        "live": live,
        "model": content.encoder.model,
        "products": content.products,
        "pictures": content.pictures,
        "index_time": manifest.finished,
    }


def _facts(manifest: Manifest, live: bool) -> dict[str, object]:
    content = manifest.content
    return {
        "version": manifest.version + (" (live)" if live else ""),
        "source": manifest.source,
        "model": content.encoder.model,
        "dimension": content.encoder.dimension,
        "kind": f"{content.index_kind}, {content.metric}, {content.dtype}",
        "products": f"{content.products:,}",
        "pictures": f"{content.pictures:,}",
        "catalogue": content.catalogue_digest,
        "index time": manifest.finished,
        "program": manifest.program_version,
    }
