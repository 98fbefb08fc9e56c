"""`spark-vision report`: saved runs as a page to look at."""

from pathlib import Path
from typing import Annotated

import typer

from spark_vision.cli import console


def report(
    runs: Annotated[
        list[Path], typer.Argument(help="Folders that `evaluate --save` wrote.", metavar="RUN...")
    ],
    html: Annotated[Path, typer.Option(help="The page to write.", metavar="OUT")],
    with_map: Annotated[bool, typer.Option("--map/--no-map", help="Map of the embeddings.")] = True,
) -> None:
    """Show one run, or several beside each other, as one HTML page that needs nothing else."""
    from spark_vision.core.errors import RunError
    from spark_vision.evaluation.records.folder import load_run
    from spark_vision.evaluation.report.page import render

    page = render([load_run(run) for run in runs], with_map=with_map)
    try:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(page, encoding="utf-8")
    except OSError as error:
        raise RunError(f"{html}: the page cannot be written ({error.strerror}).") from error
    console.out.print(f"The report is {html}.")
