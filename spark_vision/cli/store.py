"""`spark-vision store`: the tagging store's tables."""

import typer

from spark_vision.cli import console
from spark_vision.settings import Settings

app = typer.Typer(help="The tagging store.", no_args_is_help=True)


@app.callback()
def _store() -> None:
    """The tagging store."""


@app.command()
def migrate() -> None:
    """Bring the tables to what this program knows; `serve` does it, too."""
    from spark_vision.bootstrap.tagging import migrate_store, open_store

    settings = Settings()
    applied = migrate_store(settings, open_store(settings))
    console.out.print(f"Applied: {', '.join(applied)}." if applied else "The store is as it should be.")
