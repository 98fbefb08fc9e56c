"""The worst failures as one plot, for notebooks."""

from typing import TYPE_CHECKING

from spark_vision.core.embedding import Picture
from spark_vision.evaluation.records.run import Run
from spark_vision.evaluation.report.pictures import Album, worst
from spark_vision.evaluation.results import QueryResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SUGGESTIONS = 3
_GOOD, _BAD, _LINE = "#2b8a57", "#c0392b", "#b8c0cc"

_Tile = tuple[Picture | None, str, str]


def failure_plot(run: Run, most: int = 5, side: int = 96) -> "Figure":
    """A row a failure: what was looked at, the first suggestions (green: right), and what was right."""
    from matplotlib.figure import Figure

    album = Album(run, side)
    rows = [_tiles(album, result) for result in worst(run.results, most)]
    columns = max((len(row) for row in rows), default=1)
    figure = Figure(figsize=(1.55 * columns, 1.75 * max(len(rows), 1)), dpi=64, layout="constrained")
    figure.suptitle(f"Worst failures of {run.name}", fontsize=11, fontweight="bold")
    for axes in (grid := figure.subplots(max(len(rows), 1), columns, squeeze=False)).flat:
        axes.set_axis_off()
    for row, tiles in zip(grid, rows, strict=False):
        for axes, (picture, words, colour) in zip(row, tiles, strict=False):
            axes.set_axis_on()
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set(color=colour, linewidth=2)
            axes.set_xlabel(words, fontsize=7)
            if picture is not None:
                axes.imshow(picture)
    return figure


def _tiles(album: Album, result: QueryResult) -> list[_Tile]:
    query = result.query
    found = zip(result.product_ids[:_SUGGESTIONS], result.similarities.tolist(), strict=False)
    right = [_product(album, each, "right: ", _GOOD) for each in sorted(query.relevant)[:1]]
    return [
        (album.pixels(query.photo.resolve(), query.box), f"{query.photo.name}", _LINE),
        *(
            _product(album, each, f"{score:.2f} ", _GOOD if each in query.relevant else _BAD)
            for each, score in found
        ),
        *right,
    ]


def _product(album: Album, product_id: str, before: str, colour: str) -> _Tile:
    product = album.run.products[product_id]
    words = f"{before}{product.title}"
    half = words.rfind(" ", 0, 24) if len(words) > 24 else len(words)
    lines = f"{words[:half]}\n{words[half + 1 : half + 25]}"
    return album.pixels(album.folder.resolve() / product.images[0]), lines, colour
