"""`spark-vision evaluate`: how good the matches are."""

from pathlib import Path
from typing import Annotated, Any

import typer

from spark_vision.cli import console
from spark_vision.cli.index import AsJson, IndexDir, settings_for


def evaluate(
    dataset: Annotated[Path, typer.Argument(help="A folder with catalogue.csv and photos.csv.")],
    split: Annotated[str | None, typer.Option(help="A split of photos.csv; without, all.")] = None,
    model: Annotated[str | None, typer.Option(help="MODEL to evaluate.")] = None,
    against: Annotated[str | None, typer.Option(help="Another MODEL to compare with.")] = None,
    index_dir: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Look a dataset's photos up in its own catalogue, and judge what is found."""
    from spark_vision.bootstrap.research import evaluate_dataset

    settings = settings_for(index_dir)
    with console.progress() as progress:
        figures = evaluate_dataset(settings, dataset, split, model, progress).evaluation.as_json()
        if against is not None:
            other = evaluate_dataset(settings, dataset, split, against, progress).evaluation.as_json()
    if against is not None:
        _compare(figures, other, as_json=as_json)
    elif as_json:
        console.print_json(figures)
    else:
        _print(figures)


def _print(figures: dict[str, Any]) -> None:
    console.out.print(
        f"{figures['model']}: {figures['queries']:,} look-ups in {figures['photos']:,} photos, "
        f"{figures['products']:,} products, split {figures['split'] or 'all'}\n",
        markup=False,
    )
    table = console.table("figure", "value", "95 % interval")
    for name, interval in figures["confidence_intervals"].items():
        value = figures[name]
        shown = "-" if value is None else f"{value:.3f}"
        span = "" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"
        table.add_row(name, shown, span)
    console.out.print(table)


def _compare(figures: dict[str, Any], other: dict[str, Any], *, as_json: bool) -> None:
    """Two models on the same photos: both figures of each name, and how much better the first is."""
    names = [name for name in figures["confidence_intervals"] if figures[name] is not None]
    names = [name for name in names if other[name] is not None]
    differences = {name: figures[name] - other[name] for name in names}
    if as_json:
        console.print_json({"models": [figures, other], "difference": differences})
        return
    table = console.table("figure", figures["model"], other["model"], "difference")
    for name in names:
        table.add_row(name, f"{figures[name]:.3f}", f"{other[name]:.3f}", f"{differences[name]:+.3f}")
    console.out.print(table)
