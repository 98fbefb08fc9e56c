"""What a build or an update did, on a terminal or as JSON."""

import sys
from itertools import islice
from typing import TYPE_CHECKING

from spark_vision.cli import console

if TYPE_CHECKING:
    from spark_vision.index.build_steps import BuildReport, Issues
    from spark_vision.index.guard import Hold

_SHOWN = 20


def print_report(report: "BuildReport", *, as_json: bool) -> None:
    """Print a run's report: the mistakes on standard error, the outcome on standard output."""
    if as_json:
        sys.stdout.writelines(report.json())
        return
    _print_issues(report.issues)
    counts = console.table(*(name.replace("_", " ") for name in report.counts()))
    counts.add_row(*(f"{count:,}" for count in report.counts().values()))
    console.out.print(counts)
    content, seconds = report.manifest.content, sum(report.seconds.values())
    if report.outcome == "unchanged":
        console.out.print(
            f"Nothing has changed: {report.manifest.version} stays live ({content.products:,} products, "
            f"{seconds:.1f} s)."
        )
        return
    if report.hold is not None:
        _print_hold(report.manifest.version, report.hold)
        return
    place = "live" if report.outcome == "published" else "beside the live version"
    console.out.print(
        f"{report.manifest.version} is {place}: {content.products:,} products, {content.pictures:,} pictures"
        f" ({report.encoded:,} encoded, {report.reused:,} known before),"
        f" {len(report.issues):,} issues, {seconds:.1f} s."
    )
    if report.calibration == "left behind":
        console.out.print(
            "Its probabilities are not fitted to this shop any more: most of it, or the model, is new."
            " Run `spark-vision calibrate` again."
        )


def _print_hold(version: str, hold: "Hold") -> None:
    console.err.print(
        f"{version} is held beside the live version, which stays as it is. {hold.reason}\n"
        f"Make it live:  spark-vision index accept {version}\n"
        f"Remove it:     spark-vision index discard {version}",
        soft_wrap=True,
    )


def _print_issues(issues: "Issues") -> None:
    if not issues:
        return
    table = console.table("line", "product", "severity", "reason")
    for issue in islice(issues, _SHOWN):
        line = "" if issue.line is None else str(issue.line)
        table.add_row(line, issue.product_id, issue.severity, issue.reason)
    console.err.print(table)
    if len(issues) > _SHOWN:
        rest = len(issues) - _SHOWN
        console.err.print(f"... and {rest:,} more; --json and the version's report.json have all.")
