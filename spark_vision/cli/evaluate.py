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
    index_dir: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Look a dataset's photos up in its own catalogue, and judge what is found."""
    from spark_vision.bootstrap.research import evaluate_dataset

    with console.progress() as progress:
        run = evaluate_dataset(settings_for(index_dir), dataset, split, model, progress)
    figures = run.evaluation.as_json()
    if as_json:
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
