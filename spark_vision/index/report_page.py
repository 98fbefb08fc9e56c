"""A run's report as one HTML page that needs nothing else: with the pictures that want a look."""

import base64
from collections.abc import Iterable, Iterator
from html import escape
from itertools import islice

from spark_vision.core.errors import PictureError
from spark_vision.index.build_steps import BuildReport, Issues
from spark_vision.index.changes import PICTURED, Change
from spark_vision.index.near_duplicates import NearDuplicate
from spark_vision.index.spooled_list import SpooledList
from spark_vision.media.decode import decode
from spark_vision.media.encode import thumbnail, webp
from spark_vision.media.picture_source import PictureSource

_SIDE = 112
_MOST_ROWS = 500

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 68rem; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .6rem .3rem 0 }
td { border-top: 1px solid #ddd; vertical-align: top } dl { display: flex; flex-wrap: wrap; gap: .6rem 2rem }
dt { color: #555; font-size: .85rem } dd { margin: 0; font-size: 1.3rem }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem } .pair { display: flex; gap: .5rem }
figure { margin: 0; width: 7rem; overflow-wrap: anywhere } figcaption { font-size: .8rem }
figure img { max-width: 7rem; max-height: 7rem }
"""


def render(report: BuildReport, pictures: PictureSource) -> str:
    """The page; whatever came from the feed is escaped, and pictures are made anew from their pixels."""
    page = _Page(pictures)
    title = f"Index version {report.manifest.version}"
    return "".join(
        (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>',
            f"<style>{_STYLE}</style><h1>{escape(title)}</h1>",
            f"<p>{escape(_summary(report))}</p>",
            _counts(report),
            *page.doubles(report.lookalikes),
            *page.changes(report),
            *_issues(report.issues),
            *_removed(report),
            "</html>\n",
        )
    )


class _Page:
    """The parts of the page with pictures in them."""

    def __init__(self, pictures: PictureSource) -> None:
        self._pictures = pictures

    def doubles(self, pairs: SpooledList[NearDuplicate]) -> Iterator[str]:
        if pairs:
            yield f"<h2>Pictures that several products share ({len(pairs):,})</h2><div class=pictures>"
            for pair in islice(pairs, PICTURED):
                sides = (self._figure(product_id, image) for product_id, image in (pair.one, pair.other))
                yield f"<div class=pair>{''.join(sides)}</div>"
            yield "</div>"

    def changes(self, report: BuildReport) -> Iterator[str]:
        images, counts = report.changes.first_images, report.counts()
        for kind, heading in (("changed", "Changed products"), ("added", "New products")):
            if counts[kind]:
                yield f"<h2>{heading} ({counts[kind]:,})</h2><div class=pictures>"
                for change in _first(report, kind, PICTURED):
                    note = ", ".join(change.fields)
                    yield self._figure(change.product_id, images.get(change.product_id, ""), note)
                yield "</div>"

    def _figure(self, product_id: str, image: str, note: str = "") -> str:
        caption = f"{escape(product_id)}<br>{escape(note)}" if note else escape(product_id)
        return f"<figure>{self._thumbnail(image)}<figcaption>{caption}</figcaption></figure>"

    def _thumbnail(self, image: str) -> str:
        try:
            small = thumbnail(decode(self._pictures.read(image), at_least=_SIDE), _SIDE)
        except PictureError:
            return "(no picture)"
        data = base64.b64encode(webp(small)).decode()
        return f'<img alt="{escape(image)}" src="data:image/webp;base64,{data}">'


def _summary(report: BuildReport) -> str:
    content, manifest = report.manifest.content, report.manifest
    seconds = ", ".join(f"{step} {value:.2f} s" for step, value in report.seconds.items())
    return (
        f"From {manifest.source}, with {content.encoder.model}, {manifest.finished}: {content.products:,} "
        f"products, {content.pictures:,} pictures, {report.encoded:,} of them encoded anew. {seconds}."
    )


def _counts(report: BuildReport) -> str:
    counts = report.counts().items()
    boxes = (f"<div><dt>{name.replace('_', ' ')}</dt><dd>{count:,}</dd></div>" for name, count in counts)
    return f"<dl>{''.join(boxes)}</dl>"


def _first(report: BuildReport, kind: str, count: int) -> Iterator[Change]:
    return islice((change for change in report.changes.changes if change.kind == kind), count)


def _issues(issues: Issues) -> Iterator[str]:
    if issues:
        yield f"<h2>Mistakes in the feed ({len(issues):,})</h2>"
        yield "<table><tr><th>line<th>product<th>severity<th>what was wrong<th>picture"
        for issue in islice(issues, _MOST_ROWS):
            line = "" if issue.line is None else str(issue.line)
            yield _row((line, issue.product_id, issue.severity, issue.reason, issue.image))
        yield "</table>"


def _removed(report: BuildReport) -> Iterator[str]:
    if count := report.counts()["removed"]:
        names = ", ".join(change.product_id for change in _first(report, "removed", _MOST_ROWS))
        yield f"<h2>Removed products ({count:,})</h2><p>{escape(names)}</p>"


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}" for cell in cells)
