"""The commands together, and what a mistake of the user's looks like."""

import sys

import typer

from spark_vision import __version__
from spark_vision.cli import (
    calibrate,
    demo,
    evaluate,
    index,
    learned,
    models,
    run_report,
    search,
    serve,
    store,
    suggest,
    train,
    users,
)
from spark_vision.cli.console import print_error
from spark_vision.core.errors import SparkVisionError

app = typer.Typer(
    name="spark-vision",
    help="A photo goes in, the shop's products that are in it come out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(index.app, name="index")
app.add_typer(models.app, name="models")
app.add_typer(users.app, name="users")
app.add_typer(store.app, name="store")
app.add_typer(learned.app, name="learned")
app.command("suggest")(suggest.suggest)
app.command("search")(search.search)
app.command("calibrate")(calibrate.calibrate)
app.command("evaluate")(evaluate.evaluate)
app.command("train")(train.train)
app.command("report")(run_report.report)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"spark-vision {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """A photo goes in, the shop's products that are in it come out."""


def main() -> None:
    """Run the command line; a mistake of the user's is one line and exit status 2."""
    try:
        app()
    except SparkVisionError as error:
        print_error(error.message)
        sys.exit(2)
    except BrokenPipeError:  # `spark-vision ... | head`
        sys.stderr.close()
        sys.exit(1)
