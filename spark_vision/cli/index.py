"""`spark-vision index ...`: the catalogue team's commands."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spark_vision.app.settings import Settings
from spark_vision.cli import console
from spark_vision.cli.report import print_report
from spark_vision.core.errors import IndexDamagedError
from spark_vision.index.calibrations import read_calibration
from spark_vision.index.manifest import RUN_PAGE, Manifest

if TYPE_CHECKING:
    from spark_vision.index.versions import VersionStore

app = typer.Typer(no_args_is_help=True, help="Build index versions, and choose the live one.")

HELD_STATUS = 3
AcceptRemovals = Annotated[
    bool,
    typer.Option("--accept-removals", help="Never hold the version, however many products it removes."),
]
Live = Annotated[
    bool, typer.Option("--live/--no-live", help="Make it live, or leave it beside the live one.")
]
IndexDir = Annotated[Path | None, typer.Option("--index", help="Index folder.", metavar="DIR")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
SourcePath = Annotated[str, typer.Argument(help="A feed, or a folder of pictures.", metavar="SOURCE")]
ModelName = Annotated[str | None, typer.Option("--model", help="MODEL to encode with.")]
FeedFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="Format of the feed, such as google-csv, google-xml or json-ld. Default: told by its content.",
    ),
]
FeedMapFile = Annotated[
    Path | None,
    typer.Option("--map", help="TOML file that maps the feed's columns to attributes.", metavar="MAP.toml"),
]
Kind = Annotated[
    str | None, typer.Option("--kind", help="flat (exact), hnsw, ivf or ivf-pq; without, the size decides.")
]


def settings_for(index_dir: Path | None) -> Settings:
    """The settings, with another index folder where one was given."""
    return Settings() if index_dir is None else Settings(index_dir=index_dir)


def _maker(*, update: bool) -> Callable[..., None]:
    """The command `update`, or `build`: the two have the same options."""

    def command(
        source: SourcePath,
        index_dir: IndexDir = None,
        model: ModelName = None,
        feed_format: FeedFormat = None,
        kind: Kind = None,
        live: Live = True,
        accept_removals: AcceptRemovals = False,
        feed_map: FeedMapFile = None,
        as_json: AsJson = False,
    ) -> None:
        from spark_vision.app.container import BuildOptions, build_index, update_index

        make = update_index if update else build_index
        options = BuildOptions(feed_format, kind, live, accept_removals, feed_map)
        with console.progress() as progress:
            report = make(settings_for(index_dir), source, model, progress, options)
        print_report(report, as_json=as_json)
        if report.outcome == "held":
            raise typer.Exit(HELD_STATUS)

    return command


app.command("build", help="Make a new version from a feed or a folder of pictures, then make it live.")(
    _maker(update=False)
)
app.command(
    "update", help="Add, change and remove what differs from the live version; the same result as a build."
)(_maker(update=True))


@app.command("list")
def list_versions(index_dir: IndexDir = None, as_json: AsJson = False) -> None:
    """List the versions, oldest first; what cannot be read is marked, and said on standard error."""
    store = _store(index_dir)
    live = _live(store)
    versions = [_listed(store, name, live=name == live) for name in store.names()]
    if as_json:
        console.print_json({"index": str(store.root), "live": live, "versions": versions})
        return
    table = console.table("", "version", "model", "products", "pictures", "made")
    for known in versions:
        mark = "live" if known["live"] else "held" if known["held"] else ""
        if known["damaged"]:
            table.add_row(mark, known["version"], "damaged")
        else:
            counts = (f"{known['products']:,}", f"{known['pictures']:,}")
            table.add_row(mark, known["version"], known["model"], *counts, known["index_time"])
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
    live, hold = store.has_live() and store.live() == name, store.hold(name)
    fit = read_calibration(store.folder(name))
    if as_json:
        known = {
            "live": live,
            "held": None if hold is None else asdict(hold),
            "calibration": fit and {"fitted_on": fit["fitted_on"], "figures": fit["figures"]},
            "index_time": manifest.finished,
            "run_page": str(store.folder(name) / RUN_PAGE),
        }
        console.print_json({**manifest.as_dict(), **known, **report})
        return
    table = console.table("", "")
    facts = {
        **_facts(manifest, live),
        **({"held": hold.reason} if hold else {}),
        "issues": _issue_counts(report),
        "probabilities": f"fitted on {fit['fitted_on']}" if fit else "not fitted to this shop",
        "page": store.folder(name) / RUN_PAGE,
    }
    for label, value in facts.items():
        table.add_row(label, str(value))
    console.out.print(table)


@app.command()
def activate(version: str, index_dir: IndexDir = None) -> None:
    """Verify a version and make it the live one."""
    _store(index_dir).activate(version)
    console.out.print(f"{version} is live.")


@app.command()
def accept(version: str, index_dir: IndexDir = None) -> None:
    """Make a held version live.

    Example: spark-vision index accept 20260101-020000.000-1a2b3c4d
    """
    _store(index_dir).accept(version)
    console.out.print(f"{version} is live.")


@app.command()
def discard(version: str, index_dir: IndexDir = None) -> None:
    """Remove a held version; the live version stays as it is.

    Example: spark-vision index discard 20260101-020000.000-1a2b3c4d
    """
    _store(index_dir).discard(version)
    console.out.print(f"{version} was removed.")


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


def _store(index_dir: Path | None) -> "VersionStore":
    from spark_vision.app.container import version_store

    return version_store(settings_for(index_dir))


def _live(store: "VersionStore") -> str | None:
    try:
        return store.live() if store.has_live() else None
    except IndexDamagedError as error:  # the list is what one chooses another one from
        console.print_error(error.message)
        return None


def _listed(store: "VersionStore", name: str, *, live: bool) -> dict[str, Any]:
    """A version in a line; what is None cannot be read."""
    try:
        manifest = store.manifest(name)
    except IndexDamagedError as error:
        console.print_error(error.message)
        unknown = dict.fromkeys(("model", "products", "pictures", "index_time"))
        return {"version": name, "live": live, "held": False, **unknown, "damaged": True}
    content = manifest.content
    return {
        "version": name,
        "live": live,
        "held": store.hold(name) is not None,
        "model": content.encoder.model,
        "products": content.products,
        "pictures": content.pictures,
        "index_time": manifest.finished,
        "damaged": False,
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
        "recall@10": "exact" if manifest.approximation is None else manifest.approximation.recall,
        "catalogue": content.catalogue_digest,
        "feed digest": manifest.feed_digest,
        "index time": manifest.finished,
        "program": manifest.program_version,
    }


def _issue_counts(report: dict[str, Any]) -> str:
    counts = report["counts"]
    return ", ".join(f"{count:,} {severity}" for severity, count in counts.items()) or "none"
