"""`spark-vision index check`: a dry run over a feed."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spark_vision.cli import console
from spark_vision.cli.index import AsJson, FeedFormat, FeedMapFile, settings_for
from spark_vision.core.errors import InvalidInputError

if TYPE_CHECKING:
    from spark_vision.catalogue.check import FeedCheck

_GROUPS = 20


def check(
    feed: Annotated[str, typer.Argument(help="Feed, or folder of pictures.", metavar="FEED")],
    feed_map: FeedMapFile = None,
    feed_format: FeedFormat = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="File for all issues as CSV. Default: none.", metavar="FILE")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a feed and report its products, attributes and issues. Fetches no pictures and changes no index.

    Example: spark-vision index check catalogue.csv --map shop.toml --csv issues.csv
    """
    from spark_vision.app.container import BuildOptions, feed_source
    from spark_vision.catalogue.check import check_feed
    from spark_vision.catalogue.issue_groups import IssueTable

    source = feed_source(settings_for(None), feed, BuildOptions(feed_format, feed_map=feed_map))
    with ExitStack() as stack:
        table = None
        if csv_file is not None:
            try:
                file = stack.enter_context(csv_file.open("w", encoding="utf-8", errors="replace", newline=""))
            except OSError as error:
                raise InvalidInputError(f"{csv_file}: cannot be written ({error.strerror}).") from error
            table = IssueTable(file)
        report = check_feed(source, None if table is None else table.add)
    if as_json:
        console.print_json(report.as_dict())
    else:
        _print(report)


def _print(report: "FeedCheck") -> None:
    console.out.print(
        f"{report.source}: {report.format}, {report.products:,} products, {report.refused:,} refused,"
        f" {report.warnings:,} warnings."
    )
    attributes = console.table("attribute", "products with it", "without")
    for name, count in report.attributes.items():
        attributes.add_row(name, f"{count:,}", f"{report.products - count:,}")
    console.out.print(attributes)
    groups = report.groups.groups()
    if not groups:
        return
    issues = console.table("count", "severity", "first lines", "reason")
    for group in groups[:_GROUPS]:
        lines = ", ".join(str(issue.line) for issue in group.examples if issue.line is not None)
        issues.add_row(f"{group.count:,}", group.severity, lines, group.reason)
    console.out.print(issues)
    if len(groups) > _GROUPS:
        console.out.print(f"... and {len(groups) - _GROUPS:,} more reasons; --json has all.")
