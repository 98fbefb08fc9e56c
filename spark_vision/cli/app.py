"""The commands together, and how a user's mistake is reported."""

import sys
from typing import Any, ClassVar

import typer

from spark_vision import __version__
from spark_vision.cli.lazy_group import LazyGroup, Loader
from spark_vision.core.errors import SparkVisionError
from spark_vision.extras import missing_extra


def _demo() -> Any:
    from spark_vision.cli import demo

    return demo.demo


def _index() -> Any:
    from spark_vision.cli import check, index, index_archive

    index.app.command("check")(check.check)
    index.app.command("export")(index_archive.export_version)
    index.app.command("import")(index_archive.import_version)
    return index.app


def _suggest() -> Any:
    from spark_vision.cli import suggest

    return suggest.suggest


def _search() -> Any:
    from spark_vision.cli import search

    return search.search


def _serve() -> Any:
    from spark_vision.cli import serve

    return serve.serve


def _models() -> Any:
    from spark_vision.cli import models

    return models.app


def _users() -> Any:
    from spark_vision.cli import users

    return users.app


def _store() -> Any:
    from spark_vision.cli import store

    return store.app


def _learned() -> Any:
    from spark_vision.cli import learned

    return learned.app


def _calibrate() -> Any:
    from spark_vision.cli import calibrate

    return calibrate.calibrate


def _evaluate() -> Any:
    from spark_vision.cli import evaluate

    return evaluate.evaluate


def _train() -> Any:
    from spark_vision.cli import train

    return train.train


def _report() -> Any:
    from spark_vision.cli import run_report

    return run_report.report


class _Commands(LazyGroup):
    loaders: ClassVar[dict[str, Loader]] = {
        "demo": _demo,
        "index": _index,
        "suggest": _suggest,
        "search": _search,
        "serve": _serve,
        "models": _models,
        "users": _users,
        "store": _store,
        "learned": _learned,
        "calibrate": _calibrate,
        "evaluate": _evaluate,
        "train": _train,
        "report": _report,
    }


app = typer.Typer(
    name="spark-vision",
    cls=_Commands,
    help="A photo goes in, the shop's products that are in it come out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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
        _complain(error.message)
        sys.exit(2)
    except ModuleNotFoundError as error:  # a command of an extra that is not installed
        missing = missing_extra(f"`{' '.join(['spark-vision', *sys.argv[1:2]])}`", error)
        if missing is None:
            raise
        _complain(missing.message)
        sys.exit(2)
    except BrokenPipeError:  # `spark-vision ... | head`
        sys.stderr.close()
        sys.exit(1)


def _complain(message: str) -> None:
    from spark_vision.cli.console import print_error

    print_error(message)
