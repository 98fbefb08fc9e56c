"""`spark-vision demo`: the whole of it on the bundled shop."""

from pathlib import Path
from typing import Annotated

import typer

from spark_vision.app.settings import Settings
from spark_vision.cli import console
from spark_vision.cli.serve import check_service, run_service


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Where index and pictures go.")] = Path("spark-demo"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    serve: Annotated[bool, typer.Option(help="Serve the page when all else is done.")] = True,
) -> None:
    """Index the bundled demo shop, suggest products for its photos, post some, and serve the pages."""
    from spark_vision.demo.command import run_demo

    settings = settings_of_demo(folder)
    if serve:
        check_service(host, port, settings)
    with console.progress() as progress:
        result = run_demo(settings, folder, progress)
    figures = result.evaluation
    console.out.print(
        f"Spark Homeware: {figures['products']} products indexed; {figures['queries']} items in "
        f"{figures['photos']} photos: the right product comes first for {figures['recall@1']:.0%}, "
        f"among the first five for {figures['recall@5']:.0%}."
    )
    console.out.print(f"To look at: {result.sheet}")
    console.out.print(f"To sign in: {result.key}")
    if serve:
        run_service(host, port, settings, f"Serving on http://{host}:{port} - stop with Ctrl+C")


def settings_of_demo(folder: Path) -> Settings:
    """The settings with all places in the demo's folder: what it posts belongs in nobody's store."""
    return Settings(index_dir=folder / "index", data_dir=folder / "data", database_url="", photos_url="")
