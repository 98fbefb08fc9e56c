"""`spark-vision store`: the tagging store's tables and photos."""

import typer

from spark_vision.app.settings import Settings
from spark_vision.cli import console

app = typer.Typer(help="The tagging store.", no_args_is_help=True)


@app.command()
def migrate() -> None:
    """Bring the tables to what this program knows; `serve` does it, too."""
    from spark_vision.app.store import migrate_store, open_store

    settings = Settings()
    applied = migrate_store(settings, open_store(settings))
    console.out.print(f"Applied: {', '.join(applied)}." if applied else "The store is as it should be.")


@app.command()
def check() -> None:
    """Settle what a crash left between photos and rows, and name the photos whose files are gone."""
    from spark_vision.app.store import build_tagging_context, migrate_store, open_store
    from spark_vision.tagging.photos import find_missing_files, recover_interrupted_photos

    settings = Settings()
    store = open_store(settings)
    migrate_store(settings, store)
    room = build_tagging_context(settings, store)
    settled, swept = recover_interrupted_photos(room), room.files.sweep()
    gone = [photo.digest for photo in find_missing_files(room)]
    if swept:
        console.out.print(f"{swept} half-written files removed.")
    console.out.print(
        f"{settled} left by a crash and settled; {len(gone)} without a file in {settings.photos_place}."
    )
    for digest in gone:
        console.out.print(digest)
    if gone:
        raise typer.Exit(1)
