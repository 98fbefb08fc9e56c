"""`spark-vision calibrate`: probabilities that fit a shop's own photos."""

from typing import Annotated

import typer

from spark_vision.cli import console
from spark_vision.cli.index import AsJson, IndexDir, settings_for


def calibrate(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder with photos.csv and catalogue.csv; or what posters confirmed and rejected:"
            " `store`, a store's folder, a database's address."
        ),
    ],
    split: Annotated[str | None, typer.Option(help="A split of photos.csv; without, all.")] = None,
    anyway: Annotated[
        bool, typer.Option(help="Keep the fit even where the one that came with the model is better.")
    ] = False,
    index_dir: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Fit the live version's probabilities on photos of which one knows what they show."""
    from spark_vision.evaluation.calibration_run import calibrate as fit_and_keep

    with console.progress() as progress:
        settings = settings_for(index_dir)
        found = fit_and_keep(settings, source, split, progress, even_if_worse=anyway)
    if as_json:
        console.print_json(found.as_dict())
        return
    console.out.print(f"Fitted on {found.fitted_on}; on photos left out of the fit:")
    for name, value in found.figures.items():
        console.out.print(f"  {name}  {value:g}")
    console.out.print(f"A first suggestion needs {found.threshold(0.9):.0%} for a precision of 90 %.")
